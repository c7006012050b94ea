import Foundation
import JobWatchCore

/// The status log has no gap and no tear: the lines of all its files, in order, are the events, each once.
struct Logged: Promise {
  /// All events that were ever seen, because pruning leaves the lines.
  private var events: [Int64: Rows.Event] = [:]
  private var sizes: [String: Int] = [:]

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    if world.restoredSeq != nil { events = [:] }
    for event in rows.events { events[event.seq] = event }
    var next = Int64(1)
    for path in world.rotated + [world.setup.statusLog] {
      guard let content = Disk.content(of: path) else {
        if path == world.setup.statusLog && !isEnd { continue }
        return [Violation("LOG", "\(path) is gone")]
      }
      if path != world.setup.statusLog {
        if let before = sizes[path], before < content.count {
          return [Violation("LOG", "\(path) was rotated, and still grows")]
        }
        sizes[path] = content.count
      }
      if let what = read(content, &next, world) { return [Violation("LOG", "\(path): \(what)")] }
    }
    let last = rows.events.last?.seq ?? 0
    let isMissing = world.setup.keep < .days(30) ? next <= last : next != last + 1
    if isEnd, isMissing { return [Violation("LOG", "it ends with \(next - 1), and the last event is \(last)")] }
    return []
  }

  /// - Returns: what is wrong.
  private func read(_ content: Data, _ next: inout Int64, _ world: World) -> String? {
    var lines = content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    let last = lines.removeLast()
    if !last.isEmpty, !world.circumstances.isForeign(last) { return "it ends with a torn line, \(text(last))" }
    for line in lines where !world.circumstances.isForeign(line) {
      guard let match = text(line).prefixMatch(of: /\{"v":1,"seq":(\d+),"time":"([^"]*)","event":"([^"]*)"/),
        line.last == UInt8(ascii: "}"), let seq = Int64(match.1)
      else { return "it has a line that is none, \(text(line))" }
      // A backup that is put back loses events, and the log has them.
      if seq != next, world.restoredSeq == nil || seq < next { return "line \(seq) follows line \(next - 1)" }
      if let event = events[seq], match.3 != event.kind || match.2 != Timestamp(milliseconds: event.at).description {
        if world.restoredSeq == nil { return "line \(seq) says \(match.3), and the event is \(event.kind)" }
      } else if events[seq] == nil, world.restoredSeq == nil, world.setup.keep > .days(30) {
        return "line \(seq) is of no event"
      }
      next = seq + 1
    }
    return nil
  }

  private func text(_ line: Data) -> String { String(decoding: line.prefix(200), as: UTF8.self) }
}
