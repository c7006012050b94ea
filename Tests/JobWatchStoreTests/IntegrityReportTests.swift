import Foundation
import JobWatchCore
import Synchronization
import Testing

@testable import JobWatchStore

@Suite struct `A check of the whole database` {
  @Test func `finds a sound one sound, while it is written`() async throws {
    let place = try Place()
    _ = try await place.insert(1500)
    async let report = place.store.examine()
    _ = try await place.write { try $0.append(.sample(), of: nil, to: []) }
    #expect(try await report == IntegrityReport(damage: nil))
  }

  @Test("finds what was done to it", arguments: Damage.allCases)
  func damaged(_ damage: Damage) async throws {
    let place = try Place()
    _ = try await place.insert(1500)
    // The store has it open still.
    try place.checkpoint()
    try damage.inflict(on: place.directory.database)
    let report = try await place.store.examine()
    let found = try #require(report.damage)
    #expect(!found.contains("\n"))
    let error = place.store.damaged(found)
    #expect(!error.mayPass && error.description.contains(".recover"))
  }

  @Test func `ends when it is cancelled`() async throws {
    let place = try Place()
    let store = place.store
    let check = Task {
      while true { _ = try await store.examine() }
    }
    check.cancel()
    await #expect(throws: CancellationError.self) { try await check.value }
  }

  @Test func `is asked for when SQLite speaks of damage, whoever met it`() async throws {
    let place = try Place()
    _ = try await place.insert(1500)
    try place.store.close()
    try Damage.middleOfPage.inflict(on: place.directory.database)
    let store = try Store(path: place.directory.database)
    let reports = Mutex<[StoreError]>([])
    store.onReportedDamage { report in reports.withLock { $0.append(report) } }
    await #expect(throws: StoreError.self) { try await store.read { try $0.jobs.schedule().count } }
    #expect(reports.withLock(\.count) == 1)
    await #expect(throws: StoreError.self) {
      try await store.write { try $0.jobs.schedule().count }
    }
    #expect(reports.withLock(\.count) == 2)
    #expect(reports.withLock(\.self).allSatisfy { !$0.mayPass })
    await #expect(throws: Undo.self) { try await store.write { _ in throw Undo() } }
    #expect(reports.withLock(\.count) == 2, "what a body throws for itself says nothing")
  }

  @Test func `is on record with the boot in which it was`() throws {
    try Place().transaction { transaction throws in
      #expect(try transaction.lastSound() == nil)
      for boot in ["a", nil, "b"] {
        try transaction.noteSound(inBoot: boot, at: .start)
        let last = try #require(try transaction.lastSound())
        #expect(last.at == .start && last.bootID == boot)
      }
    }
  }
}
