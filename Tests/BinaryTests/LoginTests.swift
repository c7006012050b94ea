import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `A daemon that logs in` {
  private static let gap = Duration.seconds(1)

  @Test(
    "works across the end of what it logged in with: none refused, none late, no secret written",
    .timeLimit(.minutes(10)), arguments: LoginWay.all)
  func expiry(way: LoginWay) async throws {
    try await Testbed.run(way.settings) { bed in
      try bed.place.write(LoginWay.password + "\n", to: bed.place.root + "/password")
      try Self.write(way, 0, in: bed)
      bed.cloud.credentials = AcceptedCredentials(accessKeys: LoginWay.keys, tokens: Set(LoginWay.tokens))
      let daemon = try await bed.startDaemon()
      // Ends all along, past the second end of a credential; not before the first log-in and intake are over.
      let jobs = stride(from: 6.0, through: 45, by: 3).map { PlannedJob.failing(after: Self.gap.scaled(by: $0)) }
      let begin = Testbed.clock()
      try bed.submit(jobs)
      if !way.files.isEmpty { try await Self.change(way, of: daemon, in: bed) }
      try await within(.seconds(120), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))

      #expect(bed.cloud.refusedCalls.isEmpty)
      #expect(bed.cloud.handedOut.count >= (way.files.isEmpty ? 3 : 0))
      for job in jobs {
        let end = begin + (job.script.steps.last?.after ?? .zero)
        let calls = bed.cloud.log.entries.filter { $0.jobID == job.id }
        // The cloud began the job a moment after `begin`.
        let seen = try #require(calls.last).time - end
        #expect(seen <= Self.gap.scaled(by: 2), "seen \(seen.text) after its end")
      }
      #expect(try bed.log.all(.accountPaused).isEmpty)
      let secrets = LoginWay.secrets + bed.cloud.handedOut.map { $0.reveal() }
      #expect(try bed.place.files(holding: secrets).isEmpty)
      #expect(try !bed.place.files(holding: [jobs[0].id]).isEmpty)
    }
  }

  private static func write(_ way: LoginWay, _ version: Int, in bed: Testbed) throws {
    for (name, contents) in way.files { try bed.place.write(contents[version], to: "\(bed.place.root)/\(name)") }
  }

  /// The operator's way: the new secret first, then the signal, and the old one ends.
  private static func change(_ way: LoginWay, of daemon: ChildProcess, in bed: Testbed) async throws {
    try await bed.cloud.log.wait(count: 20)
    try write(way, 1, in: bed)
    try await bed.waiting(for: "the configuration is reloaded") { daemon.send(SIGHUP) }
    // What was under way with the old one has arrived when each job was asked for once more.
    try await bed.cloud.log.wait(count: bed.cloud.log.total + 20)
    bed.cloud.credentials = AcceptedCredentials(accessKeys: [LoginWay.keys[1]], tokens: [LoginWay.tokens[1]])
  }

  @Test(
    "replaces a token that dies before its time by one log-in, and nobody is bothered",
    .timeLimit(.minutes(10)))
  func revokedToken() async throws {
    var way = LoginWay.all[0].settings
    way.identity.tokenLifetime = .hours(24)
    try await Testbed.run(way) { bed in
      try bed.place.write(LoginWay.password, to: bed.place.root + "/password")
      let daemon = try await bed.startDaemon()
      let jobs = (0..<10).map { _ in PlannedJob.failing(after: .days(30)) }
      try bed.submit(jobs)
      try await bed.cloud.log.wait(count: 40)
      bed.cloud.revokeTokens()
      bed.end(jobs)
      try await within(.seconds(30), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      #expect((1...10).contains(bed.cloud.refusedCalls.count))
      #expect(bed.cloud.calls(identity: .iam).count == 2)
      #expect(try bed.log.all(.accountPaused).isEmpty)
    }
  }

  @Test("tells a wrong password once, and tries a corrected one at once", .timeLimit(.minutes(10)))
  func wrongPassword() async throws {
    try await Testbed.run(LoginWay.all[0].settings) { bed in
      let file = bed.place.root + "/password"
      try bed.place.write("not-the-password", to: file)
      let daemon = try await bed.startDaemon()
      let jobs = (0..<10).map { _ in PlannedJob.failing(after: .seconds(1)) }
      try bed.submit(jobs)
      let paused = try await within(.seconds(20), "account.paused") {
        try await bed.log.first(.accountPaused)
      }
      #expect(paused.data.account == "prod")
      #expect(paused.data.cure?.contains(file) == true)
      #expect(bed.cloud.log.entries.map(\.status) == [401])
      try bed.place.write(LoginWay.password, to: file)
      try await within(.seconds(20), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      #expect(bed.cloud.refusedCalls.count == 1)
      #expect(try bed.log.all(.accountResumed).count == 1)
      #expect(try bed.place.files(holding: ["not-the-password", LoginWay.password]).isEmpty)
    }
  }

  @Test(
    "tells after a restart that it can log in again, though no job is asked for",
    .timeLimit(.minutes(10)))
  func mendedWhileStopped() async throws {
    try await Testbed.run(LoginWay.all[0].settings) { bed in
      let file = bed.place.root + "/password"
      try bed.place.write("not-the-password", to: file)
      var daemon = try await bed.startDaemon()
      _ = try await within(.seconds(20), "account.paused") {
        try await bed.log.first(.accountPaused)
      }
      #expect(await daemon.terminate() == .code(0))
      try bed.place.write(LoginWay.password, to: file)
      daemon = try await bed.startDaemon()
      _ = try await within(.seconds(20), "account.resumed") {
        try await bed.log.first(.accountResumed)
      }
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.accountPaused).count == 1)
      #expect(try bed.log.all(.accountResumed).count == 1)
    }
  }

  @Test("says that a server has no agency, and works when it gets one", .timeLimit(.minutes(10)))
  func noAgency() async throws {
    var settings = LoginWay.all[2].settings
    settings.identity.metadata.hasAgency = false
    settings.keys["probes"] = "[1s]"
    try await Testbed.run(settings) { bed in
      let daemon = try await bed.startDaemon()
      let jobs = [PlannedJob.failing(after: .seconds(1))]
      try bed.submit(jobs)
      let paused = try await within(.seconds(20), "account.paused") {
        try await bed.log.first(.accountPaused)
      }
      #expect(paused.data.cure?.contains("attach an agency") == true)
      bed.cloud.identity.metadata.hasAgency = true
      try await within(.seconds(20), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      #expect(try bed.log.all(.accountResumed).count == 1)
    }
  }

  @Test(
    "goes on with the old key while no new one can be had, and says so when it has ended",
    .timeLimit(.minutes(10)))
  func metadataDown() async throws {
    var settings = LoginWay.all[2].settings
    settings.keys["breaker"] = "{grace: 1s}"
    try await Testbed.run(settings) { bed in
      let daemon = try await bed.startDaemon()
      let endless = [PlannedJob.endless()]
      try bed.submit(endless)
      try await bed.cloud.log.wait(count: 3)
      bed.cloud.set(.unavailable, for: .metadata)
      let missed = try await within(.seconds(20), "a renewal that fails") {
        try await bed.cloud.log.first { $0.identity == .metadata && $0.status == 503 }
      }
      _ = try await within(.seconds(5), "a poll with the old key") {
        try await bed.cloud.log.first { $0.time > missed.time && $0.status == 200 && $0.jobID != "" }
      }
      let paused = try await within(.seconds(20), "account.paused") {
        try await bed.log.first(.accountPaused)
      }
      #expect(paused.data.cause?.contains("503") == true)
      #expect(paused.data.cure?.contains("let this host reach") == true)
      bed.cloud.clearFault(of: .metadata)
      _ = try await within(.seconds(20), "account.resumed") {
        try await bed.log.first(.accountResumed)
      }
      try await bed.cloud.log.wait(count: bed.cloud.log.total + 2)
      #expect(await daemon.terminate() == .code(0))
      #expect(bed.cloud.refusedCalls.isEmpty)
      // Asked several times, and logged for its cause.
      #expect(bed.cloud.calls(identity: .metadata).count { $0.status == 503 } >= 3)
      let console = try bed.place.text(of: bed.place.standardError)
      #expect(console.ranges(of: "an account cannot log in").count == 1)
    }
  }
}
