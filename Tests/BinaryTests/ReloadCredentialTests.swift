import Foundation
import Glibc
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `After many reloads` {
  /// An account with a wrong secret. Its first probe is due after an hour.
  struct Wrong: Sendable, CustomTestStringConvertible {
    var settings: Testbed.Settings
    /// Of the secret, in the workplace.
    var file: String
    var right: String

    var testDescription: String { file }

    static let all = [
      Wrong(settings: Testbed.Settings(), file: "secret_key", right: Workplace.secretKey),
      Wrong(settings: LoginWay.all[0].settings, file: "password", right: LoginWay.password),
    ].map { wrong in
      var wrong = wrong
      wrong.settings.keys["probes"] = "[1h]"
      return wrong
    }
  }

  private static func reload(_ daemon: ChildProcess, of bed: Testbed, times: Int) async throws {
    for _ in 0..<times {
      try await bed.waiting(for: "the configuration is reloaded") { daemon.send(SIGHUP) }
    }
  }

  @Test(
    "a wrong secret was refused once and told once, and a corrected one is tried at once",
    .timeLimit(.minutes(10)), arguments: Wrong.all)
  func refused(wrong: Wrong) async throws {
    try await Testbed.run(wrong.settings) { bed in
      let file = "\(bed.place.root)/\(wrong.file)"
      try bed.place.write("not-the-secret", to: file)
      let daemon = try await bed.startDaemon()
      let jobs = (0..<10).map { _ in PlannedJob.failing(after: .zero) }
      try bed.submit(jobs)
      _ = try await within(.seconds(20), "account.paused") {
        try await bed.log.first(.accountPaused)
      }
      // What a generation asks for at its start has its answer when the next one runs.
      try await Self.reload(daemon, of: bed, times: 11)
      #expect(bed.cloud.log.entries.map(\.status) == [401])
      try bed.place.write(wrong.right, to: file)
      try await Self.reload(daemon, of: bed, times: 1)
      try await within(.seconds(20), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      #expect(bed.cloud.refusedCalls.count == 1)
      #expect(try bed.log.all(.accountPaused).count == 1)
      #expect(try bed.log.all(.accountResumed).count == 1)
      #expect(try bed.place.files(holding: ["not-the-secret", wrong.right]).isEmpty)
    }
  }

  @Test("an account has logged in once, and its token is still in use", .timeLimit(.minutes(10)))
  func token() async throws {
    var settings = LoginWay.all[0].settings
    settings.identity.tokenLifetime = .hours(24)
    try await Testbed.run(settings) { bed in
      try bed.place.write(LoginWay.password, to: bed.place.root + "/password")
      let daemon = try await bed.startDaemon()
      let early = [PlannedJob.failing(after: .zero)]
      try bed.submit(early)
      try await within(.seconds(20), "an end before them is told") { try await bed.told(early) }
      try await Self.reload(daemon, of: bed, times: 5)
      let late = [PlannedJob.failing(after: .zero)]
      try bed.submit(late)
      try await within(.seconds(20), "an end after them is told") { try await bed.told(late) }
      #expect(await daemon.terminate() == .code(0))
      #expect(bed.cloud.calls(identity: .iam).count == 1)
      #expect(bed.cloud.handedOut.count == 1)
      #expect(bed.cloud.refusedCalls.isEmpty)
      #expect(try bed.place.files(holding: bed.cloud.handedOut.map { $0.reveal() }).isEmpty)
    }
  }
}
