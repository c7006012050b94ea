import Foundation
import Glibc
import JobWatchCore
import JobWatchStore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `Under a service manager` {
  private static let quick = ["polling": "{floor: 200ms, ceiling: 1s}"]

  @Test(
    "it is ready once what lay in the spool is taken in, says how it stands, and that it stops",
    .timeLimit(.minutes(10)))
  func ready() async throws {
    try await Testbed.run { bed in
      let manager = try ServiceListener(in: bed.place)
      try Self.fillSpool(with: 500, in: bed)
      let daemon = try bed.spawnDaemon(after: manager.environment)
      _ = try await manager.first("READY", where: \.isReady)
      #expect(try bed.place.names(in: bed.place.incoming).isEmpty)
      let before = manager.log.entries.map(\.notice).prefix { !$0.isReady }
      #expect(before.first?["EXTEND_TIMEOUT_USEC"] != nil)
      #expect(before.contains { $0.status?.contains("spool") == true })
      _ = try await manager.first("the count of jobs") {
        $0.status?.hasPrefix("watching 500 jobs, ") == true
      }
      #expect(await daemon.terminate() == .code(0))
      let stopping = try await manager.first("STOPPING", where: \.isStopping)
      #expect(manager.log.entries.last?.notice == stopping)
      let notices = manager.log.entries.map(\.notice)
      #expect(notices.count { $0.isReady } == 1)
      #expect(!notices.contains { $0.isWatchdog }, "nobody asked for them")
    }
  }

  /// With files of one job each, of which no writer is at work any more.
  private static func fillSpool(with count: Int, in bed: Testbed) throws {
    let incoming = bed.place.incoming
    try FileManager.default.createDirectory(atPath: incoming, withIntermediateDirectories: true)
    for job in (0..<count).map({ _ in PlannedJob.endless() }) {
      try bed.submit([job], file: job.id)
      let long = Date(timeIntervalSinceNow: -60)
      try FileManager.default.setAttributes([.modificationDate: long], ofItemAtPath: "\(incoming)/\(job.id)")
    }
  }

  @Test(
    "it gives signs of life while a receiver hangs, and none while it is held",
    .timeLimit(.minutes(10)))
  func watchdog() async throws {
    try await Testbed.run(.init(keys: Self.quick), isIdle: true) { bed in
      let manager = try ServiceListener(in: bed.place, watchdog: .milliseconds(1500))
      bed.receiver.answer(with: [], then: Reply(status: 200, delivery: .hang))
      let daemon = try await bed.startDaemon(after: manager.environment)
      try bed.submit([.failing(after: .zero)])
      try await bed.receiver.log.wait(count: 1)
      try await manager.signsOfLife(6)
      daemon.send(SIGSTOP)
      let before = manager.log.total
      // That nothing comes can only be seen by waiting.
      try await Task.sleep(for: .seconds(2))
      #expect(manager.log.total - before <= 1)
      daemon.send(SIGCONT)
      try await manager.signsOfLife(2)
      #expect(await daemon.terminate() == .code(0))
    }
  }

  @Test(
    "it is degraded and alive while another process keeps the database from being written",
    .timeLimit(.minutes(10)))
  func lockedDatabase() async throws {
    try await Testbed.run(.init(keys: Self.quick), isIdle: true) { bed in
      let manager = try ServiceListener(in: bed.place, watchdog: .seconds(6))
      let daemon = try await bed.startDaemon(after: manager.environment)
      let jobs = [PlannedJob.failing(after: .seconds(1))]
      try bed.submit(jobs)
      _ = try await bed.log.first(.jobRegistered, of: jobs[0].id)
      try await Self.whileLocked(bed.place.database) {
        let degraded = try await manager.first("DEGRADED") {
          $0.status?.hasPrefix("DEGRADED, ") == true
        }
        #expect(degraded.status?.contains("locked") == true)
        try await manager.signsOfLife(4)
      }
      try await Self.expectRestored(manager) {}
      try await within(.seconds(20), "the end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      #expect(manager.longestSilence < .seconds(6))
      #expect(!manager.log.entries.contains { $0.notice.status?.contains("STALLED") == true })
      #expect(try bed.log.all().isGapless)
    }
  }

  /// Another writer has its transaction open during `body`.
  private static func whileLocked(_ path: String, _ body: @Sendable () async throws -> Void) async throws {
    let (held, release) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
    let holder = Task {
      let store = try Store(path: path)
      try await store.write { _ in
        held.continuation.finish()
        release.wait()
      }
      try store.close()
    }
    for await _ in held.stream {}
    let outcome: Result<Void, any Error>
    do {
      outcome = .success(try await body())
    } catch {
      outcome = .failure(error)
    }
    release.signal()
    try await holder.value
    try outcome.get()
  }

  @Test(
    "it is degraded and alive while the disk is full, and says when it is not any more",
    .timeLimit(.minutes(10)),
    .enabled(if: access("/usr/bin/prlimit", X_OK) == 0, "needs prlimit of util-linux"))
  func fullDisk() async throws {
    try await Testbed.run(
      .init(keys: Self.quick.merging(["breaker": "{grace: 1s}"]) { $1 }), isIdle: true
    ) { bed in
      let manager = try ServiceListener(in: bed.place, watchdog: .seconds(6))
      let daemon = try await bed.startDaemon(after: "trap '' XFSZ; " + manager.environment)
      try await FullDiskTests.limit(daemon, to: "1", in: bed)
      let jobs = [PlannedJob.failing(after: .zero)]
      try bed.submit(jobs)
      _ = try await manager.first("DEGRADED") { $0.status?.hasPrefix("DEGRADED, ") == true }
      try await manager.signsOfLife(4)
      try await Self.expectRestored(manager) {
        try await FullDiskTests.limit(daemon, to: "unlimited", in: bed)
      }
      try await within(.seconds(45), "the end is told") { try await bed.told(jobs) }
      let degraded = try await within(.seconds(45), "the trouble is told") {
        try await bed.log.first(.daemonDegraded)
      }
      #expect(degraded.data.summary.contains("jobwatch.db: disk I/O error"))
      #expect(await daemon.terminate() == .code(0))
      #expect(manager.longestSilence < .seconds(6))
    }
  }

  /// The last status is not degraded any more.
  private static func expectRestored(_ manager: ServiceListener, _ cure: () async throws -> Void) async throws {
    let coming = manager.log.stream()
    try await cure()
    try await within(.seconds(45), "a status that is not degraded") {
      for await heard in coming where heard.notice.status?.hasPrefix("watching ") == true { return }
      throw CancellationError()
    }
  }
}
