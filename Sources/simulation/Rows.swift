import Foundation
import GRDB
import JobWatchCore

/// What the oracle reads from the database, by its own queries: it believes nothing that the product says of itself.
struct Rows {
  struct Job {
    var id: Int64
    var key: JobKey
    var state: String
    var labels: [String: String]
    var firstSeenAt: Timestamp?
    var isWatched: Bool { ["registered", "pending", "running", "awaiting_payment"].contains(state) }
  }

  struct Event {
    var seq: Int64
    var id: String
    var at: Timestamp
    var kind: String
    var job: Int64?
    var data: String

    /// What the oracle needs of `data`.
    struct Content: Decodable {
      struct Gap: Decodable {
        var from: Timestamp
        var to: Timestamp
        var cause: String

        var blamesNobody: Bool { cause.contains("no answer showed the job") }
      }

      var account: String?
      var service: String?
      var channel: String?
      var labels: [String: String]?
      var captured: Bool?
      var blindGap: Gap?
      var summary: String?
      var cause: String?
      var file: String?
      var jobID: String?
      var state: String?
      var certainty: String?
      var errorCode: String?
      var expiresAt: Timestamp?

      /// Whether an operator did it.
      var isByHand: Bool { summary?.contains("by hand") ?? false }

      enum CodingKeys: String, CodingKey {
        case account, service, channel, labels, captured, summary, cause, file, state, certainty
        case blindGap = "blind_gap"
        case jobID = "job_id"
        case errorCode = "error_code"
        case expiresAt = "expires_at"
      }
    }

    var content: Content { require { try JSONDecoder().decode(Content.self, from: Data(data.utf8)) } }
  }

  struct Transition {
    var job: Int64
    var at: Timestamp
    var from: String
    var to: String
    var raw: String?
    /// The answer that showed it; nil: none did.
    var evidence: [UInt8]?
  }

  struct Message {
    var seq: Int64
    /// The id of its event.
    var event: String
    var job: Int64?
    var channel: String
    var state: String
    var attempts: Int
    /// Those that are on record one by one.
    var recorded: Int
    var due: Timestamp
    var eventAt: Timestamp
    /// Of the last attempt that is on record.
    var tried: Timestamp?
    var lastError: String?
  }

  struct Condition {
    var subject: String
    var kind: String
    var since: Timestamp
    var until: Timestamp?
    /// Without its beginning, which is bounded where it is ahead of the clock.
    var name: String { "\(kind) of \(subject)" }
  }

  var jobs: [Job] = []
  var events: [Event] = []
  var transitions: [Transition] = []
  var messages: [Message] = []
  var conditions: [Condition] = []
  /// By account and service: when the record of a quota was made.
  var budgets: [String: Timestamp] = [:]
  var isSound = true
  /// Of all rows of all tables.
  var digest: UInt64 = 0

  init(path: String, in directory: String, isWhole: Bool, isOld: Bool = false) throws {
    self = try Disk.exempt {
      var configuration = Configuration()
      configuration.readonly = true
      let queue = try DatabaseQueue(path: path, configuration: configuration)
      let rows = try queue.read { try Rows($0, directory, isWhole: isWhole, isOld: isOld) }
      try queue.close()
      return rows
    }
  }

  private init(_ db: Database, _ directory: String, isWhole: Bool, isOld: Bool) throws {
    func time(_ value: Int64?) -> Timestamp? { value.map(Timestamp.init(milliseconds:)) }
    jobs = try Row.fetchAll(
      db, sql: "SELECT id, account, service, job_id, state, labels, first_seen_at FROM job ORDER BY id"
    ).map { row in
      Job(
        id: row[0], key: JobKey(account: row[1], service: row[2], jobID: row[3]), state: row[4],
        labels: try JSONDecoder().decode([String: String].self, from: Data((row[5] as String).utf8)),
        firstSeenAt: time(row[6]))
    }
    events = try Row.fetchAll(db, sql: "SELECT seq, id, at, kind, job, data FROM event ORDER BY seq").map { row in
      Event(seq: row[0], id: row[1], at: Timestamp(milliseconds: row[2]), kind: row[3], job: row[4], data: row[5])
    }
    transitions = try Row.fetchAll(
      db,
      sql: """
        SELECT t.job, t.at, from_state, to_state, raw_status, body FROM transition t LEFT JOIN evidence e
          ON e.id = t.evidence ORDER BY t.id
        """
    ).map { row in
      Transition(
        job: row[0], at: Timestamp(milliseconds: row[1]), from: row[2], to: row[3], raw: row[4],
        evidence: (row[5] as Data?).map(Array.init))
    }
    messages = try Row.fetchAll(
      db,
      sql: """
        SELECT m.seq, e.id, m.channel, m.state, m.attempts, m.due_at, e.at, m.last_error,
          (SELECT count(*) FROM attempt WHERE message = m.id), (SELECT max(at) FROM attempt WHERE message = m.id),
          m.job
        FROM message m JOIN event e ON e.seq = m.seq ORDER BY m.id
        """
    ).map { row in
      Message(
        seq: row[0], event: row[1], job: row[10], channel: row[2], state: row[3], attempts: row[4], recorded: row[8],
        due: Timestamp(milliseconds: row[5]), eventAt: Timestamp(milliseconds: row[6]), tried: time(row[9]),
        lastError: row[7])
    }
    let until = isOld ? "NULL" : "until"
    conditions = try Row.fetchAll(db, sql: "SELECT subject, kind, \(until), since FROM condition").map { row in
      Condition(subject: row[0], kind: row[1], since: Timestamp(milliseconds: row[3]), until: time(row[2]))
    }
    if !isOld {
      let rows = try Row.fetchAll(db, sql: "SELECT account || '/' || service, saved_at FROM budget")
      budgets = Dictionary(uniqueKeysWithValues: rows.map { ($0[0], Timestamp(milliseconds: $0[1])) })
    }
    guard isWhole else { return }
    isSound = try String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok"
    var hash = StableHash()
    let tables = try String.fetchAll(
      db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB 'sqlite_*' ORDER BY name")
    for table in tables {
      for row in try Row.fetchAll(db, sql: "SELECT * FROM \"\(table)\"").map({ "\($0)" }).sorted() {
        hash.combine("\(table) \(row.replacing(directory, with: ""))".utf8)
      }
    }
    digest = hash.value
  }
}

extension Rows {
  /// Makes a database of an earlier version, from the text that its `.dump` gave.
  static func makeDatabase(at path: String, from dump: String) throws {
    let queue = try DatabaseQueue(path: path)
    try queue.writeWithoutTransaction { try $0.execute(sql: dump) }
    try queue.close()
  }

  /// A backup as people make it, while the daemon runs.
  static func copyDatabase(at path: String, to target: String) throws {
    let (source, copy) = (try DatabaseQueue(path: path), try DatabaseQueue(path: target))
    try source.backup(to: copy)
    try copy.close()
    try source.close()
  }
}
