import Glibc

/// How the end of a file of the status log stands: which line is the last of its own, and what follows that is not.
struct LogStanding: Sendable, Hashable {
  /// Nil: none within `bound` of the end.
  var last: OwnLine?
  /// Behind that line; zero where there is none.
  var end: off_t = 0
  var length: off_t
  /// What follows is the beginning of a line, as a crash leaves it. Its event is in the database.
  var isTorn = false

  /// Bytes at the end that are not the log's own.
  var foreign: off_t { isTorn ? 0 : length - end }

  /// Nothing in it is the log's own, so that it is not the log.
  var isForeign: Bool { last == nil && foreign > 0 }

  /// So far back the last line is looked for. More damage than that at the end is taken for a file that is not the log.
  private static let bound: off_t = 64 << 20
  /// No line is shorter: so many may have stood where damage is.
  private static let shortest: off_t = 64

  /// - Parameter descriptor: of a plain file that may be read.
  init(of descriptor: Int32, name: String, _ witness: LogWitness) throws {
    var lines = BackwardLines(descriptor, name: name)
    length = max(lseek(descriptor, 0, SEEK_END), 0)
    var tornAt: off_t?
    while let line = try lines.next(), length - line.end <= Self.bound {
      if let own = OwnLine(line.bytes), try Self.isOwn(own, before: lines, witness) {
        (last, end) = (own, line.end)
        break
      }
      if !line.isEnded, Self.isBeginning(line.bytes) { tornAt = line.start }
    }
    isTorn = tornAt == end
  }

  /// - Parameter lines: those before it.
  private static func isOwn(_ line: OwnLine, before lines: BackwardLines, _ witness: LogWitness)
    throws -> Bool
  {
    switch try witness.verdict(line) {
    case .own: return true
    case .foreign: return false
    case .ahead: break
    }
    var (lines, between) = (lines, off_t.zero)
    while let earlier = try lines.next(), between <= bound {
      let previous = OwnLine(earlier.bytes)
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
