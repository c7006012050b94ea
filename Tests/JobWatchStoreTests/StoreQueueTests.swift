import Glibc
import JobWatchCore
import Synchronization
import TestSupport
import Testing

@testable import JobWatchStore

/// What a simulation of the daemon hands to its store.
@Suite struct `A store that is handed its threads and its random numbers` {
  @Test func `does all its work where its queue runs it`() async throws {
    let directory = try TemporaryDirectory()
    // The thread of the work that runs; nil between works.
    let running = Mutex<pthread_t?>(nil)
    let works = Atomic(0)
    let isCaller: @Sendable () -> Bool = { running.withLock(\.self) == pthread_self() }
    let queue = StoreQueue { work in
      running.withLock { $0 = pthread_self() }
      work()
      running.withLock { $0 = nil }
      works.add(1, ordering: .relaxed)
    }
    let store = try Store(path: directory.database, on: queue)
    let hinted = Mutex<[Bool]>([])
    store.onNews { _ in hinted.withLock { $0.append(isCaller()) } }
    let isWritten = try await store.write { transaction in
      try transaction.append(.sample(), of: nil, to: [])
      return isCaller()
    }
    let isRead = try await store.read { try $0.events.lastSeq() == 1 && isCaller() }
    #expect(isWritten && isRead && hinted.withLock(\.self) == [true])
    _ = try await store.shrink()
    #expect(try await store.examine().damage == nil)
    #expect(works.load(ordering: .relaxed) == 4)
    #expect(running.withLock(\.self) == nil)
    try store.close()
  }

  @Test func `gives events the ids that its random numbers make`() async throws {
    func ids(seed: UInt64) async throws -> [String] {
      let directory = try TemporaryDirectory()
      let generator = Mutex(SeededGenerator(seed))
      let store = try Store(path: directory.database, random: { generator.withLock { $0.next() } })
      return try await store.write { transaction in
        for _ in 0..<3 { try transaction.append(.sample(), of: nil, to: []) }
        return try transaction.events.all(after: 0, limit: 9).map(\.id)
      }
    }
    let first = try await ids(seed: 7)
    #expect(try await ids(seed: 7) == first)
    #expect(try await Set(ids(seed: 8)).isDisjoint(with: first))
    #expect(Set(first).count == 3)
    #expect(first.allSatisfy { $0.wholeMatch(of: /msg_[0-9a-f]{32}/) != nil })
  }
}
