import Glibc

/// How the end of a file of the status log stands: which line is the last of its own, and what follows that is not.
struct LogTail: Sendable, Hashable {
  /// Nil: none within `bound` of the end.
  var last: ValidLine?
  /// Behind that line; zero where there is none.
  var end: off_t = 0
  var length: off_t
  /// What follows is the beginning of a line, as a crash leaves it. Its event is in the database.
  var isTorn = false

  /// Lines are missing before what follows, which the database has: it is to be written anew from there on.
  var isBroken = false

  /// Bytes at the end that are not the log's own.
  var foreign: off_t { isTorn ? 0 : length - end }

  /// Nothing in it is the log's own, so that it is not the log.
  var isForeign: Bool { last == nil && foreign > 0 }

  /// So far back the last line is looked for. More damage than that at the end is taken for a file that is not the log.
  private static let bound: off_t = 64 << 20
  /// No line is shorter: so many may have stood where damage is.
  private static let shortest: off_t = 64

  /// - Parameters:
  ///   - descriptor: of a plain file that may be read.
  ///   - written: the number up to which lines are known to be on the disk; nil: none is.
  init(
    of descriptor: Int32, name: String, _ verifier: LineVerifier, from written: Int64? = nil
  ) throws {
    var lines = ReverseLineReader(descriptor, name: name)
    length = max(lseek(descriptor, 0, SEEK_END), 0)
    var tornAt: off_t?
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

  /// What was written behind the cursor may have come to the disk in part: the log ends before the first gap. Damage that
  /// cost no line is passed over by readers.
  private mutating func retreat(
    from newest: ValidLine, over lines: ReverseLineReader, to written: Int64, _ verifier: LineVerifier
  ) throws {
    var (lines, lowest, start) = (lines, newest.seq, lines.position)
    while lowest > written + 1, length - start <= Self.bound, let line = try lines.next() {
      start = line.start
      guard let own = ValidLine(line.bytes), own.seq < lowest, try verifier.verdict(own) == .own else {
        if start == 0, try verifier.event(lowest - 1) != nil { breakOff(at: nil, 0) }
        continue
      }
      if own.seq < lowest - 1, try verifier.event(lowest - 1) != nil {
        breakOff(at: own, line.end)
      }
      lowest = own.seq
    }
  }

  private mutating func breakOff(at line: ValidLine?, _ end: off_t) {
    (last, self.end, isTorn, isBroken) = (line, end, false, true)
  }

  /// - Parameter lines: those before it.
  private static func isOwn(_ line: ValidLine, before lines: ReverseLineReader, _ verifier: LineVerifier)
    throws -> Bool
  {
    switch try verifier.verdict(line) {
    case .own: return true
    case .foreign: return false
    case .ahead: break
    }
    var (lines, between) = (lines, off_t.zero)
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

  /// Whether it may be the beginning of a line of ours: text that begins so. A power cut leaves zeros instead.
  private static func isBeginning(_ bytes: [UInt8]) -> Bool {
    let common = min(head.count, bytes.count)
    return bytes.prefix(common) == head.prefix(common) && !bytes.contains { $0 < 0x20 }
  }
}
