import Foundation
import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite final class `The integrity check` {
  private let directory: TemporaryDirectory
  private var path: String { directory.database }

  init() throws { directory = try TemporaryDirectory() }

  private static func moment(_ uptime: Duration) -> Moment {
    Moment(wall: Timestamp(milliseconds: 1_795_000_000_000) + uptime, uptime: uptime)
  }

  /// A check with its alarm, as a loop turns it.
  private struct Turned {
    let check: IntegrityCheck
    /// Only a ring ends a wait.
    let alarm = Alarm(ManualClock().time)

    init(_ store: Store, boot: String?) {
      check = IntegrityCheck(DaemonContext(store), bootID: boot, alarm: alarm)
      store.onReportedDamage { [alarm] _ in alarm.ring() }
    }

    /// One turn, and another once the look that it began is over.
    func look(at uptime: Duration) async throws {
      _ = try await check.work(at: moment(uptime))
      await alarm.wait(.minutes(5))
      _ = try await check.work(at: moment(uptime))
    }
  }

  /// A store whose jobs were never read.
  private func filledStore() async throws -> Store {
    let store = try Store(path: path)
    let now = Self.moment(.zero).wall
    try await store.register((0..<1500).map { .registered("job\($0)", at: now) })
    try store.close()
    return try Store(path: path)
  }

  /// Overwrites what is in the second half of the file; returns all as it was.
  private func wreck() throws -> Data {
    let file = URL(fileURLWithPath: path)
    let sound = try Data(contentsOf: file)
    let middle = sound.count / 8192 * 4096
    try (sound.prefix(middle) + Data(repeating: 0x5a, count: sound.count - middle)).write(to: file)
    return sound
  }

  private func expectDamage(in store: Store) async {
    let error = await #expect(throws: StoreError.self) {
      try await store.read { try $0.jobs.schedule().count }
    }
    #expect(error?.description.contains("is damaged") == true)
  }

  private func lastSound(_ store: Store) async throws -> (Timestamp, String?)? {
    try await store.read { transaction in try transaction.lastSound().map { ($0.at, $0.bootID) } }
  }

  @Test func `is made once in each boot of the machine`() async throws {
    let store = try Store(path: path)
    try await Turned(store, boot: "one").look(at: .seconds(1))
    #expect(try #require(try await lastSound(store)) == (Self.moment(.seconds(1)).wall, "one"))
    // Another process in the same boot finds that it was made.
    let again = Turned(store, boot: "one")
    #expect(try await again.check.work(at: Self.moment(.seconds(2))) == nil)
    #expect(await !again.check.isChecking)
    #expect(try #require(try await lastSound(store)) == (Self.moment(.seconds(1)).wall, "one"))
    try await Turned(store, boot: "two").look(at: .seconds(3))
    #expect(try #require(try await lastSound(store)) == (Self.moment(.seconds(3)).wall, "two"))
    try store.close()
  }

  @Test func `is not made for a boot that is not known`() async throws {
    let store = try Store(path: path)
    let turned = Turned(store, boot: nil)
    #expect(try await turned.check.work(at: Self.moment(.seconds(1))) == nil)
    #expect(await !turned.check.isChecking)
    try store.close()
  }

  @Test func `that finds damage ends the daemon`() async throws {
    let store = try await filledStore()
    _ = try wreck()
    let turned = Turned(store, boot: "one")
    let error = await #expect(throws: ConfirmedDamage.self) {
      try await turned.look(at: .seconds(1))
    }
    #expect(error?.description.contains("\(path) is damaged") == true)
    #expect(try await lastSound(store) == nil)
  }

  @Test func `is not forgotten by a new configuration, which comes with a new one`() async throws {
    let store = try await filledStore()
    let first = Turned(store, boot: nil)
    let sound = try wreck()
    await expectDamage(in: store)
    try sound.write(to: URL(fileURLWithPath: path))
    // One look was begun, and is not waited for.
    _ = try await first.check.work(at: Self.moment(.seconds(1)))
    await first.check.finish()
    #expect(try await lastSound(store) == nil)
    try await Turned(store, boot: nil).look(at: .seconds(2))
    #expect(try await lastSound(store)?.0 == Self.moment(.seconds(2)).wall)
    #expect(store.reportedDamage == nil)
  }

  @Test func `follows what SQLite says of damage, ends nothing without it, and then rests`()
    async throws
  {
    let store = try await filledStore()
    let turned = Turned(store, boot: nil)
    for (uptime, isMade) in [(Duration.seconds(2), true), (.seconds(3), false), (.hours(1), true)] {
      let sound = try wreck()
      await expectDamage(in: store)
      try sound.write(to: URL(fileURLWithPath: path))
      // The alarm was rung.
      await turned.alarm.wait(.minutes(5))
      if isMade {
        try await turned.look(at: uptime)
      } else {
        let next = try await turned.check.work(at: Self.moment(uptime))
        #expect(next == .seconds(2) + .minutes(10))
      }
      let wall = try #require(try await lastSound(store)).0
      #expect((wall == Self.moment(uptime).wall) == isMade)
    }
  }
}

@Suite struct `The boot of the machine` {
  private static let kernel = "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"
  private static let handed = "0F1E2D3C4B5A69788796A5B4C3D2E1F0"

  @Test(
    "is named by the unit, else by the kernel, in one form",
    arguments: [
      (handed, "another\n", handed.lowercased()), (nil, kernel + "\n", handed.lowercased()),
      ("", kernel, handed.lowercased()), ("%b", kernel, handed.lowercased()),
      (nil, "", nil), (nil, nil, nil),
    ] as [(String?, String?, String?)])
  func name(_ variable: String?, _ file: String?, _ expected: String?) throws {
    let path = TemporaryDirectory.newPath()
    if let file { try Data(file.utf8).write(to: URL(fileURLWithPath: path)) }
    defer { try? FileManager.default.removeItem(atPath: path) }
    let environment = variable.map { ["JOBWATCH_BOOT_ID": $0] } ?? [:]
    #expect(BootID.current(environment: environment, kernel: path) == expected)
  }
}
