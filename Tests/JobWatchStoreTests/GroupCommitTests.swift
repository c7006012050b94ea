import GRDB
import JobWatchCore
import Testing

@testable import JobWatchStore

@Suite struct `Writes that come together` {
  /// Each as a task of its own; what each of them threw.
  private func write(
    _ count: Int, to store: Store, _ body: @escaping @Sendable (Int, Transaction) throws -> Void
  ) async -> [Int: any Error] {
    await withTaskGroup(of: (Int, (any Error)?).self) { group in
      for number in 0..<count {
        group.addTask {
          do {
            try await store.write { try body(number, $0) }
            return (number, nil)
          } catch {
            return (number, error)
          }
        }
      }
      return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
    }
  }

  private func ids(_ store: Store) async throws -> [String] {
    try await store.read { transaction in
      try String.fetchAll(transaction.db, sql: "SELECT job_id FROM job ORDER BY job_id")
    }
  }

  @Test func `are all durable after far fewer commits`() async throws {
    let place = try Place()
    let before = place.store.statistics.commits
    let failures = await write(500, to: place.store) { number, transaction in
      _ = try transaction.jobs.insert(.sample("job\(number)"), dueAt: .start, noticeAt: nil)
    }
    #expect(failures.isEmpty)
    let commits = place.store.statistics.commits - before
    #expect(commits >= 2 && commits < 100, "a group holds 256 writes at most")
    // A connection of its own sees what is on disk, without what the first one holds.
    let again = try Store(path: place.directory.database)
    #expect(try await ids(again).count == 500)
  }

  @Test func `undo only themselves when they fail, and the numbers of events have no gap`()
    async throws
  {
    let place = try Place()
    _ = try await place.insert(1)
    let failures = await write(400, to: place.store) { number, transaction in
      let job = try transaction.jobs.insert(.sample("new\(number)"), dueAt: .start, noticeAt: nil)
      for _ in 0...(number % 3) { try transaction.append(.sample(), of: job?.id, to: ["hook"]) }
      switch number % 7 {
      case 2: throw Undo(number: number)
      case 5: try transaction.db.run("UPDATE job SET job_id = 'job0' WHERE id = ?", [job?.id])
      default: break
      }
    }
    let (kept, lost) = ((0..<400).filter { $0 % 7 != 2 && $0 % 7 != 5 }, failures.keys)
    #expect(Set(lost) == Set((0..<400).filter { $0 % 7 == 2 || $0 % 7 == 5 }))
    for (number, error) in failures {
      let isOwn = (error as? Undo) == Undo(number: number)
      let isConstraint = (error as? DatabaseError)?.resultCode == .SQLITE_CONSTRAINT
      #expect(number % 7 == 2 ? isOwn : isConstraint)
    }
    #expect(try await ids(place.store) == (["job0"] + kept.map { "new\($0)" }).sorted())
    let total = kept.map { $0 % 3 + 1 }.reduce(0, +)
    try place.transaction { transaction throws in
      let events = try transaction.events.all(after: 0, limit: 10_000)
      #expect(events.map(\.seq) == (1...Int64(total)).map(\.self))
      #expect(Set(events.map(\.id)).count == total)
      #expect(try transaction.events.lastSeq() == Int64(total))
      #expect(try transaction.messages.due("hook", at: .start, limit: 10_000).count == kept.count)
    }
  }

  @Test(
    "are lost together where the disk fails, though each part is by itself",
    arguments: [
      (ResultCode.SQLITE_IOERR, true), (.SQLITE_FULL, true), (.SQLITE_CONSTRAINT, false),
    ])
  func attempts(_ code: ResultCode, _ isLost: Bool) async throws {
    let place = try Place()
    let write = {
      try await place.store.write { transaction in
        _ = try transaction.jobs.insert(.sample("a"), dueAt: .start, noticeAt: nil)
        return switch try transaction.attempt({ throw DatabaseError(resultCode: code) }) {
        case .success: false
        case .failure: true
        }
      }
    }
    if isLost {
      await #expect(throws: StoreError.self) { try await write() }
    } else {
      #expect(try await write())
    }
    #expect(try await ids(place.store) == (isLost ? [] : ["a"]))
  }

  @Test func `return what their body returned, each its own`() async throws {
    let place = try Place()
    let sum = try await withThrowingTaskGroup(of: Bool.self) { group in
      for number in 0..<100 {
        group.addTask { try await place.write { _ in number } == number }
      }
      return try await group.reduce(0) { $0 + ($1 ? 1 : 0) }
    }
    #expect(sum == 100)
  }

  @Test func `tell of new events, jobs and messages only when there are any`() async throws {
    let place = try Place()
    let (news, told) = AsyncStream.makeStream(of: [Bool].self)
    place.store.onNews { told.yield([$0.hasEvents, $0.hasJobs, $0.hasMessages]) }
    _ = try await place.insert(1)
    _ = try await place.write { try $0.append(.sample(), of: nil, to: []) }
    _ = try await place.write { try $0.append(.sample(), of: nil, to: ["hook"]) }
    _ = try await place.write { try $0.append(.sample(.jobRegistered), of: nil, to: []) }
    told.finish()
    let heard = await news.reduce(into: []) { $0.append($1) }
    #expect(heard == [[true, false, false], [true, false, true], [true, true, false]])
  }

  @Test func `fail after the store was closed`() async throws {
    let place = try Place()
    try place.store.close()
    await #expect(throws: (any Error).self) { try await place.write { try $0.events.lastSeq() } }
  }
}
