import GRDB
import JobWatchCore
import TestSupport

@testable import JobWatchStore

/// A store in a directory of its own.
final class Place: Sendable {
  let directory: TemporaryDirectory
  let store: Store

  init() throws {
    directory = try TemporaryDirectory()
    store = try Store(path: directory.database)
  }

  /// Runs `body` in a transaction on the test's own thread, where a failed expectation knows whose it is.
  func transaction<Value>(_ body: (Transaction) throws -> Value) throws -> Value {
    try DatabaseQueue(path: directory.database).write { try body(Transaction($0)) }
  }

  /// Moves the write-ahead log into the file, as far as nobody needs it.
  func checkpoint() throws {
    try DatabaseQueue(path: directory.database).inDatabase { db in
      try db.execute(sql: "PRAGMA wal_checkpoint(PASSIVE)")
    }
  }

  /// A caller keeps the directory for as long as its call takes.
  func write<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
    try await store.write(body)
  }

  func read<Value: Sendable>(_ body: @escaping @Sendable (Transaction) throws -> Value) async throws -> Value {
    try await store.read(body)
  }

  /// Inserts jobs named `job0`, `job1` … and returns their ids.
  func insert(_ count: Int) async throws -> [Int64] {
    try await write { transaction in
      try (0..<count).compactMap { number in
        try transaction.jobs.insert(.sample("job\(number)"), dueAt: .start, noticeAt: nil)?.id
      }
    }
  }
}

extension Transaction {
  /// A whole pass, as the pruner makes it; returns how many rows went.
  func prune(before horizon: Timestamp, limit: Int) throws -> Int {
    var (place, pruned) = (Prunable.Place?.some(.start), 0)
    while let from = place {
      let found = try prunable(from: from, before: horizon, at: horizon + .days(90), limit: limit)
      pruned += try prune(found, before: horizon)
      place = found.next
    }
    return pruned
  }
}

extension Timestamp {
  /// 2025-11-24T16:00:00.000Z.
  static let start = Timestamp(milliseconds: 1_764_000_000_000)
}

extension Job {
  static func sample(_ id: String = "ff80") -> Job {
    Job(
      key: JobKey(account: "prod", service: "ecs", jobID: id), projectID: "p", region: "eu-de",
      labels: ["run": "42"], channels: ["hook"],
      hint: Hint(jobType: "createServer", beginTime: .start - .seconds(9), instanceID: "i1", taskID: "t1"),
      submittedAt: .start, registeredAt: .start)
  }
}

extension EventDraft {
  static func sample(_ kind: EventKind = .jobFailed, at time: Timestamp = .start) -> EventDraft {
    EventDraft(kind, at: time, EventData(summary: "s"))
  }
}

extension DeliveryOutcome {
  static let failed = DeliveryOutcome.retry(status: 503, reason: "busy", retryAfter: nil)
}

/// What a body throws that wants to be undone.
struct Undo: Error, Equatable { var number = 0 }
