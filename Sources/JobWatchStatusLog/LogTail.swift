import JobWatchCore
import JobWatchFiles
import SystemPackage

/// Decides by the database whether a line is the status log's own.
///
/// A number in the log is never given to another event, so a foreign line or a flipped bit must not lift the counter.
/// A number that the database lacks is believed only if the lines before lead to it, as far as events can have come.
struct LineVerifier {
  enum Verdict: Sendable, Hashable {
    /// The database has this event, or had it.
    case own
    /// Another event has this number, or no event can have it.
    case foreign
    /// The database may have been restored from before it.
    case ahead
  }

  /// Number and time of the database's last event; zero and nil: there is none.
  var lastSeq: Int64
  var lastAt: Timestamp?
  /// Time and kind of the event with a number; nil: the database has none.
  var event: (Int64) throws -> (at: Timestamp, kind: String)?

  /// Far more events than a daemon tells, in the long run and at once.
  private static let eventsPerSecond = 1000.0
  private static let eventsAtOnce = 10_000_000.0
  /// 2020-01-01, before the first jobwatch: the time of the last event of a new database.
  private static let epoch = Timestamp(milliseconds: 1_577_836_800_000)

  func verdict(_ line: ValidLine) throws -> Verdict {
    guard line.seq > 0 else { return .foreign }
    if line.seq <= lastSeq {
      // An event that was pruned, or lost with a backup, cannot be compared.
      guard let event = try event(line.seq) else { return .own }
      return event.at == line.time && event.kind == line.event ? .own : .foreign
    }
    let since = max(line.time - (lastAt ?? Self.epoch), .zero).seconds
    let most = Self.eventsAtOnce + Self.eventsPerSecond * since
    return Double(line.seq - lastSeq) <= most ? .ahead : .foreign
  }
}

/// The end of a file of the status log: the last line of its own, and what follows it.
struct LogTail: Sendable, Hashable {
  /// Nil: there is none within `bound` of the end.
  var last: ValidLine?
  /// Behind that line, in bytes; zero where there is none.
  var end: Int64 = 0
  /// Of the file, in bytes.
  var length: Int64
  /// Where the file ends with the beginning of a line, as a crash leaves it. The database has its event.
  private(set) var tornAt: Int64?
  /// Lines are missing before what follows: the log is written again from there on.
  var isBroken = false

  /// Nothing else follows the last line.
  var isTorn: Bool { tornAt == end }

  /// Bytes at the end that are not the log's own.
  var foreign: Int64 { isTorn ? 0 : length - end }

  /// Nothing in the file is the log's own: it is not the log.
  var isForeign: Bool { last == nil && foreign > 0 }

  /// Bytes in which the last line is searched for. A file with more damage is not taken for the log.
  private static let bound: Int64 = 64 << 20
  /// The bytes of the shortest line: one line may have stood where so much damage is.
  private static let shortest: Int64 = 64

  /// - Parameter written: the number up to which lines are known to be on the disk; nil: none is known.
  init(of file: FileDescriptor, name: String, _ verifier: LineVerifier, from written: Int64? = nil) throws {
    var lines = ReverseLineReader(file, name: name)
    length = lines.position
    while let line = try lines.next(), length - line.end <= Self.bound {
      if let own = ValidLine(line.bytes), try Self.isOwn(own, before: lines, verifier) {
        (last, end) = (own, line.end)
        break
      }
      if !line.isEnded, Self.isBeginning(line.bytes) { tornAt = line.start }
    }
    if let written, let last, last.seq <= verifier.lastSeq {
      try retreat(from: last, over: lines, to: written, verifier)
    }
  }

  /// Ends the log before the first gap behind `written`: a power cut may keep later lines and lose earlier ones.
  /// Damage that cost no line stays.
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

  private mutating func breakOff(at line: ValidLine?, _ end: Int64) {
    (last, self.end, tornAt, isBroken) = (line, end, nil, true)
  }

  /// Believes a line that is ahead of the database if the `lines` before it lead to it.
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

  /// Whether it may be the beginning of a line of the log: text that begins so. A power cut leaves zeros instead.
  private static func isBeginning(_ bytes: [UInt8]) -> Bool {
    let common = min(LogHead.beforeSeq.count, bytes.count)
    return bytes.prefix(common) == LogHead.beforeSeq.prefix(common) && !bytes.contains { $0 < 0x20 }
  }
}
