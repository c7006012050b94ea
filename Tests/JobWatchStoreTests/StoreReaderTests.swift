import Foundation
import GRDB
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchStore

@Suite struct `Reading the database` {
  private let scratch: TemporaryDirectory
  private var directory: String { scratch.path }
  private var path: String { scratch.database }

  init() throws { scratch = try TemporaryDirectory() }

  private static let now = Timestamp(milliseconds: 1_800_000_000_000)

  private func job(
    _ id: String, account: String = "prod", service: String = "ecs",
    labels: [String: String] = [:]
  ) -> Job {
    Job(
      key: JobKey(account: account, service: service, jobID: id), projectID: "p", region: "r",
      labels: labels, submittedAt: Self.now, registeredAt: Self.now)
  }

  /// Inserts `job`, and ends it `ended` before now.
  private func add(_ job: Job, to store: Store, state: JobState = .running, ended: Duration? = nil) async throws {
    try await store.write { transaction in
      guard var stored = try transaction.jobs.insert(job, dueAt: Self.now, noticeAt: nil) else { return }
      stored.state = state
      stored.endedAt = ended.map { Self.now - $0 }
      try transaction.jobs.save(stored, bodyHash: nil, dueAt: ended == nil ? Self.now : nil, noticeAt: nil)
    }
  }

  private func ids(_ filter: JobFilter = JobFilter(), limit: Int = 100) throws -> [String] {
    try StoreReader(path: path).read {
      try $0.jobs.all(matching: filter, limit: limit).map(\.key.jobID)
    }
  }

  /// Opened and closed by the only connection, which moves everything into the main file.
  private func settle() throws {
    let queue = try DatabaseQueue(path: path)
    try queue.write { try $0.execute(sql: "PRAGMA user_version = 0") }
    try queue.close()
  }

  @Test func `what was committed is seen beside the writer, after it, and once its log is gone`()
    async throws
  {
    let store = try Store(path: path)
    try await add(job("one"), to: store)
    #expect(try ids() == ["one"])
    try await add(job("two"), to: store)
    #expect(try ids() == ["two", "one"])
    try store.close()
    #expect(try ids() == ["two", "one"])
    try settle()
    let files = try FileManager.default.contentsOfDirectory(atPath: directory)
    try #require(files == ["jobwatch.db"])
    #expect(try ids() == ["two", "one"])
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == files)
  }

  @Test func `a writer that comes while the file is read makes the read begin again`() async throws {
    try await add(job("one"), to: Store(path: path))
    try settle()
    var reads = 0
    let seen = try StoreReader(path: path).read { transaction in
      reads += 1
      if reads == 1 { try settle() }
      return try transaction.jobs.all(matching: JobFilter(), limit: 10).count
    }
    #expect(seen == 1)
    #expect(reads == 2)
  }

  /// A directory that may be searched and read, and not be written: what a member of a reading
  /// group has. The superuser is stopped by no such mode.
  @Test(.enabled(if: geteuid() != 0))
  func `who may read and not write can read, whether the daemon runs or not`() async throws {
    let store = try Store(path: path)
    try await add(job("one"), to: store)
    defer { chmod(directory, 0o755) }
    chmod(directory, 0o555)
    #expect(try ids() == ["one"])
    chmod(directory, 0o755)
    try store.close()
    try settle()
    chmod(directory, 0o555)
    #expect(try ids() == ["one"])
    chmod(path, 0o000)
    #expect(throws: StoreError.self) { try ids() }
  }

  enum Flaw: CaseIterable, Sendable {
    case missing, noDirectory, noDatabase, foreign, empty, older, newer

    var cure: String {
      switch self {
      case .missing, .noDirectory: "has the daemon run?"
      case .noDatabase: "is damaged"
      case .foreign: "not one of jobwatch's"
      case .empty, .older: "start this version's daemon once"
      case .newer: "install that version or a later one"
      }
    }
  }

  @Test(arguments: Flaw.allCases)
  func `a database that cannot be used is refused with the cure, and left as it is`(_ flaw: Flaw)
    throws
  {
    var name = path
    switch flaw {
    case .missing: break
    case .noDirectory: name = directory + "/nowhere/jobwatch.db"
    case .noDatabase: try Data(repeating: 65, count: 8192).write(to: URL(fileURLWithPath: path))
    case .empty: try Data().write(to: URL(fileURLWithPath: path))
    case .foreign:
      let queue = try DatabaseQueue(path: path)
      try queue.write { try $0.execute(sql: "CREATE TABLE theirs (a)") }
      try queue.close()
    case .older, .newer:
      try Store(path: path).close()
      let change =
        flaw == .older ? "DELETE FROM grdb_migrations" : "INSERT INTO grdb_migrations VALUES ('from the future')"
      let queue = try DatabaseQueue(path: path)
      try queue.write { try $0.execute(sql: change) }
      try queue.close()
    }
    let before = try FileManager.default.contentsOfDirectory(atPath: directory)
    let error = #expect(throws: StoreError.self) { try StoreReader(path: name).read { _ in } }
    #expect(error?.mayPass == false)
    #expect(error?.description.contains(flaw.cure) == true, "\(String(describing: error))")
    #expect(error?.description.contains(name) == true)
    #expect(try FileManager.default.contentsOfDirectory(atPath: directory) == before)
  }

  private static let dayAgo = now - .days(1)

  @Test(
    arguments: [
      (JobFilter(), 100, ["r2", "r1", "f", "s", "l"]),
      (JobFilter(), 3, ["r2", "r1", "f"]),
      (JobFilter(endedSince: dayAgo), 100, ["r2", "r1", "f", "s"]),
      (JobFilter(states: [.running]), 100, ["r2", "r1"]),
      (JobFilter(states: [.lost, .failed]), 100, ["f", "l"]),
      (JobFilter(states: [.running, .lost]), 100, ["r2", "r1", "l"]),
      (JobFilter(account: "test"), 100, ["r2", "s"]),
      (JobFilter(service: "dcs"), 100, ["r1"]),
      (JobFilter(labels: ["run.id": "4\"2"]), 100, ["r2", "f"]),
      (JobFilter(labels: ["run.id": "4\"2", "b": "1"]), 100, ["f"]),
      (JobFilter(labels: ["a\"]' OR 1": "x"]), 100, []),
      (JobFilter(account: "none"), 100, []),
    ])
  func `a list shows watched jobs, newest first, then ended ones, latest end first`(
    _ filter: JobFilter, _ limit: Int, _ expected: [String]
  ) async throws {
    let store = try Store(path: path)
    let quoted = ["run.id": "4\"2"]
    try await add(job("l", labels: ["b": "1"]), to: store, state: .lost, ended: .days(2))
    try await add(job("r1", service: "dcs"), to: store)
    try await add(job("s", account: "test"), to: store, state: .succeeded, ended: .hours(2))
    try await add(job("f", labels: ["run.id": "4\"2", "b": "1"]), to: store, state: .failed, ended: .hours(1))
    try await add(job("r2", account: "test", labels: quoted), to: store)
    #expect(try ids(filter, limit: limit) == expected)
  }

  @Test(arguments: [
    ("abc", ["abc1", "abc2"]), ("abc1", ["abc1"]), ("ab", ["ab_", "abc1", "abc2"]), ("abz", []),
    ("ab%", []), ("abd", []),
  ])
  func `the beginning of an id finds each id that begins so, once`(
    _ prefix: String, _ expected: [String]
  ) async throws {
    let store = try Store(path: path)
    for id in ["abc2", "abc1", "ab_", "aB", "b"] { try await add(job(id), to: store) }
    try await add(job("abc1", account: "test"), to: store)
    let found = try StoreReader(path: path).read {
      try $0.jobs.ids(startingWith: prefix, limit: 10)
    }
    #expect(found == expected)
  }
}
