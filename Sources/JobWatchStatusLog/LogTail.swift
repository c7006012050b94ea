import JobWatchFiles
import SystemPackage

/// The end of a file of the status log: which line is the last of its own, and what follows it.
struct LogTail: Sendable, Hashable {
  /// Nil: there is none within `bound` of the end.
  var last: ValidLine?
  /// Behind that line, in bytes; zero where there is none.
  var end: Int64 = 0
  /// Of the file, in bytes.
  var length: Int64
  /// What follows is the beginning of a line, as a crash leaves it. The database has its event.
  var isTorn = false
  /// Lines are missing before what follows, and the database has their events: the log is written again from there on.
  var isBroken = false

  /// Bytes at the end that are not the log's own.
  var foreign: Int64 { isTorn ? 0 : length - end }

  /// Nothing in the file is the log's own: it is not the log.
  var isForeign: Bool { last == nil && foreign > 0 }

  /// How far back the last line is looked for, in bytes. A file with more damage than that is not taken for the log.
  private static let bound: Int64 = 64 << 20
  /// The bytes of the shortest line: so many may have stood where damage is.
  private static let shortest: Int64 = 64

  /// - Parameters:
  ///   - file: a plain file that may be read.
  ///   - written: the number up to which lines are known to be on the disk; nil: none is known.
  init(
    of file: FileDescriptor, name: String, _ verifier: LineVerifier, from written: Int64? = nil
  ) throws {
    var lines = ReverseLineReader(file, name: name)
    length = lines.position
    var tornAt: Int64?
    while let line = try lines.next(), length - line.end <= Self.bound {
      if let own = ValidLine(line.bytes), try Self.isOwn(own, before: lines, verifier) {
        (last, end) = (own, line.end)
        break
      }
      if !line.isEnded, Self.isBeginning(line.bytes) { tornAt = line.start }
    }
    isTorn = tornAt == end
    if let written, let last, last.seq <= verifier.lastSeq {
      try retreat(from: last, over: lines, to: written, verifier)
    }
  }

  /// Ends the log before the first gap behind `written`, because a power cut may keep later lines and lose earlier
  /// ones. Damage that cost no line stays, and readers pass it over.
  private mutating func retreat(
    from newest: ValidLine, over lines: ReverseLineReader, to written: Int64,
    _ verifier: LineVerifier
  ) throws {
    var (lines, lowest, start) = (lines, newest.seq, lines.position)
    while lowest > written + 1, length - start <= Self.bound, let line = try lines.next() {
      start = line.start
      guard let own = ValidLine(line.bytes), own.seq < lowest, try verifier.verdict(own) == .own
      else {
        if start == 0, try verifier.event(lowest - 1) != nil { breakOff(at: nil, 0) }
        continue
      }
      if own.seq < lowest - 1, try verifier.event(lowest - 1) != nil {
        breakOff(at: own, line.end)
      }
      lowest = own.seq
    }
  }

  private mutating func breakOff(at line: ValidLine?, _ end: Int64) {
    (last, self.end, isTorn, isBroken) = (line, end, false, true)
  }

  /// A line that is ahead of the database is believed if the line before it leads to it.
  /// - Parameter lines: those before it.
  private static func isOwn(
    _ line: ValidLine, before lines: ReverseLineReader, _ verifier: LineVerifier
  ) throws -> Bool {
    switch try verifier.verdict(line) {
    case .own: return true
    case .foreign: return false
    case .ahead: break
    }
    var (lines, between) = (lines, Int64.zero)
    while let earlier = try lines.next(), between <= bound {
      let previous = ValidLine(earlier.bytes)
      // `copytruncate` may repeat a line.
      guard let previous, previous.seq != line.seq else {
        between += earlier.end - earlier.start
        continue
      }
      let missing = line.seq - previous.seq - 1
      return missing >= 0 && missing <= between / shortest
    }
    return true
  }

  private static let head = Array(#"{"v":1,"seq":"#.utf8)

  /// Whether it may be the beginning of a line of the log: text that begins so. A power cut leaves zeros instead.
  private static func isBeginning(_ bytes: [UInt8]) -> Bool {
    let common = min(head.count, bytes.count)
    return bytes.prefix(common) == head.prefix(common) && !bytes.contains { $0 < 0x20 }
  }
}
