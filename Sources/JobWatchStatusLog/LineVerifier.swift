import JobWatchCore
import JobWatchStore

/// Decides by the database whether a line is the status log's own.
///
/// A number that the log has is never given to another event. Therefore a line of another program, or one flipped bit
/// in a number, must not lift the counter. A number that the database does not have is believed only where the lines
/// before it lead to it, and never beyond what could have been written since.
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

  /// Far more events than a daemon tells in the long run, and for one mass of jobs.
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

extension LineVerifier {
  init(_ transaction: Transaction) throws {
    let last = try transaction.events.lastSeq()
    self.init(lastSeq: last, lastAt: try transaction.events.find(last)?.at) {
      try transaction.events.find($0).map { ($0.at, $0.kind) }
    }
  }
}

/// A whole line of valid JSON that begins as `StatusLog` writes it.
struct ValidLine: Sendable, Hashable {
  var seq: Int64
  var time: Timestamp
  var event: String

  init?(_ bytes: [UInt8]) {
    // Foundation lets control characters pass in what it does not decode.
    guard let head = LogHead(bytes[...]),
      !bytes[...].withoutTrailingBlanks.contains(where: { $0 < 0x20 }),
      String(validating: bytes, as: UTF8.self) != nil,
      let time = Timestamp(iso8601: String(decoding: head.time, as: UTF8.self)),
      LogLine.isJSON(bytes)
    else { return nil }
    seq = head.seq
    self.time = time
    event = String(decoding: head.event, as: UTF8.self)
  }
}
