import Foundation
import JobWatchCore

/// The status log has no gap and no tear: the lines of all its files, in order, are the events, each once.
struct Logged: Promise {
  /// All events that were ever seen, because pruning leaves the lines.
  private var events: [Int64: Rows.Event] = [:]
  private var sizes: [String: Int] = [:]
  private var restores = 0

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    if world.restores != restores { (events, restores) = ([:], world.restores) }
    for event in rows.events { events[event.seq] = event }
    var (next, mayRepeat) = (Int64(1), false)
    for path in world.log.rotated + [world.setup.statusLog] {
      guard let content = Disk.content(of: path) else {
        // The next line makes it anew.
        if path == world.setup.statusLog { continue }
        return [Violation("LOG", "\(path) is gone")]
      }
      if path != world.setup.statusLog {
        if let before = sizes[path], before < content.count {
          return [Violation("LOG", "\(path) was rotated, and still grows")]
        }
        sizes[path] = content.count
      }
      if let what = read(content, &next, mayRepeat, world) { return [Violation("LOG", "\(path): \(what)")] }
      mayRepeat = world.log.copies.contains(path)
    }
    let last = rows.events.last?.seq ?? 0
    let isMissing = world.setup.keep < .days(30) ? next <= last : next != last + 1
    let isLate =
      world.circumstances.hasBeenWell(for: .minutes(15), but: "cloud")
      && rows.events.last.map { $0.at < world.time.moment.wall - .minutes(15) } ?? false
    if isEnd || isLate, isMissing {
      return [Violation("LOG", "it ends with \(next - 1), and the last event is \(last)")]
    }
    return []
  }

  /// - Returns: what is wrong.
  private func read(_ content: Data, _ next: inout Int64, _ mayRepeat: Bool, _ world: World) -> String? {
    var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let last = lines.removeLast()
    // Where the disk refuses to be read or cut, that is said, and readers pass such lines over.
    let mayBeTorn = world.machine.messages.keys.contains { message in
      Machine.tornLineWarnings.contains { message.hasPrefix("warning: \($0)") }
    }
    if !last.isEmpty, !mayBeTorn, !isForeign(last) { return "it ends with a torn line, \(text(last))" }
    for (index, line) in lines.enumerated() {
      guard let (seq, time, kind) = head(line), line.last == UInt8(ascii: "}") else {
        if isForeign(line) { continue }
        return "it has a line that is none, \(text(line))"
      }
      // A backup that is put back loses events, and the log has them.
      if seq != next, world.restoredSeq == nil || seq < next,
        !(seq < next && (mayBeTorn || mayRepeat && (index > 0 || next - seq <= 500)))
      {
        return "line \(seq) follows line \(next - 1)"
      }
      if let event = events[seq], kind != event.kind || time != event.at.description {
        // What came after a backup was put back has numbers of its own.
        if seq > world.restoredSeq ?? 0 { return "line \(seq) says \(kind), and the event is \(event.kind)" }
      } else if let event = events[seq], seq > world.restoredSeq ?? 0,
        line.suffix(event.data.utf8.count - 1) != Data(event.data.utf8.dropFirst())
      {
        return "line \(seq) has other data than the event"
      } else if events[seq] == nil, world.restoredSeq == nil, world.setup.keep > .days(30) {
        return "line \(seq) is of no event"
      }
      next = seq + 1
    }
    return nil
  }

  /// The first members of a line, `{"v":1,"seq":7,"time":"…","event":"…"`: what is between its first quotes.
  private func head(_ line: Data) -> (seq: Int64, time: String, kind: String)? {
    let parts = line.prefix(200).split(separator: UInt8(ascii: "\""), maxSplits: 12, omittingEmptySubsequences: false)
      .map { String(decoding: $0, as: UTF8.self) }
    guard parts.count == 13, parts[0...3] == ["{", "v", ":1,", "seq"], parts[5] == "time", parts[9] == "event",
      let seq = Int64(parts[4].dropFirst().dropLast())
    else { return nil }
    return (seq, parts[7], parts[11])
  }

  private func isForeign(_ line: Data) -> Bool { text(line).contains(LogFolder.foreign) }

  private func text(_ line: Data) -> String { String(decoding: line.prefix(200), as: UTF8.self) }
}
