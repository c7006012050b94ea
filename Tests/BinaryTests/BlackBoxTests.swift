import CloudAPI
import Foundation
import Glibc
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct BlackBoxTests {
  @Test(
    "forty jobs in files of every format: each end is told once, with its error, signed, logged",
    .timeLimit(.minutes(10)))
  func fortyJobs() async throws {
    try await Testbed.run(.init(keys: ["polling": "{floor: 200ms, ceiling: 1s}"])) { bed in
      let jobs = Self.mixture
      let daemon = try await bed.startDaemon()
      try Self.submit(jobs, to: bed)
      try await within(.seconds(60), "every end is told") { try await bed.told(jobs) }
      let asked = ContinuousClock.now
      #expect(await daemon.terminate() == .code(0))
      #expect(await daemon.ended - asked < .seconds(5))
      try Self.expectTold(jobs, by: bed)
      try Self.expectLogged(jobs, by: bed)
      #expect(try bed.place.names(in: bed.place.incoming).isEmpty)
      #expect(try bed.place.names(in: bed.place.rejected).isEmpty)
      let journal = try bed.place.text(of: bed.place.standardError)
      let failures = journal.split(separator: "\n").count { $0.contains(" job.failed: ") }
      #expect(failures == jobs.count { $0.end == .jobFailed }, "the journal channel tells them too")
    }
  }

  /// All services in turn, lasting 0.5 to 8 s; one in five fails, one in four has parts. Which ones
  /// moves on with every turn.
  private static var mixture: [PlannedJob] {
    (0..<40).map { number in
      let services = CloudService.all
      let service = services[(number + number / services.count) % services.count]
      let length = Duration.milliseconds(500 + number * 7500 / 39)
      let job: PlannedJob = number % 5 == 0 ? .failing(service, after: length) : .succeeding(service, after: length)
      return number % 4 == 0 ? job.withServers() : job
    }
  }

  private static func submit(_ jobs: [PlannedJob], to bed: Testbed) throws {
    bed.begin(jobs)
    for (number, job) in jobs[..<5].enumerated() {
      try bed.place.drop("{\n  " + job.object.dropFirst(), as: "object-\(number).json")
    }
    let array = jobs[5..<15].map(\.object).joined(separator: ",\n")
    try bed.place.drop("[\(array)]", as: "array.json")
    try bed.place.drop(jobs[15..<25].map(\.object).joined(separator: "\n"), as: "lines.jsonl")
    let plain = jobs[25...].map { $0.script.service == .ecs ? $0.id : $0.plainLine }
    try bed.place.drop(plain.joined(separator: "\r\n") + "\r\n\n", as: "plain.txt")
  }

  private static func expectTold(_ jobs: [PlannedJob], by bed: Testbed) throws {
    let deliveries = bed.receiver.deliveries
    #expect(deliveries.allSatisfy { $0.verification == .verified })
    #expect(Set(deliveries.compactMap(\.id)).count == deliveries.count, "an id is not used twice")
    let events = try Dictionary(grouping: bed.events()) { $0.data.jobID ?? "" }
    for job in jobs {
      let told = events[job.id] ?? []
      #expect(told.map(\.type) == [job.end.rawValue], "\(job.plainLine)")
      #expect(told.first?.data.service == job.script.service.name)
      #expect(told.first?.data.certainty == .confirmed)
      try expectError(of: job, in: #require(told.first).data)
    }
  }

  private static func expectError(of job: PlannedJob, in data: EventData) throws {
    let bad = job.script.subJobs.first { $0.errorCode != nil }
    guard [.ecs, .ims].contains(job.script.service), let bad else {
      #expect(data.failReason == (job.end == .jobFailed ? job.script.failReason : nil))
      return
    }
    let failure = try #require(data.subJobs?.failures.first)
    #expect(failure.jobID == bad.jobID)
    #expect(failure.errorCode == "Ecs.0319")
    #expect(failure.failReason == bad.failReason)
    #expect(data.subJobs?.succeeded == 2 && data.subJobs?.failed == 1)
    #expect(data.summary.contains("no host has enough memory"))
  }

  private static func expectLogged(_ jobs: [PlannedJob], by bed: Testbed) throws {
    let lines = try bed.log.all()
    #expect(lines.isGapless)
    #expect(lines.first?.event == "daemon.started")
    #expect(lines.last?.event == "daemon.stopped")
    let logged = Set(lines.map { "\($0.event) \($0.data.jobID ?? "") \($0.data.summary)" })
    for event in try bed.events() {
      #expect(logged.contains("\(event.type) \(event.data.jobID ?? "") \(event.data.summary)"))
    }
    for kind in [EventKind.jobRegistered, .jobRunning] {
      let ids = lines.filter { $0.event == kind.rawValue }.compactMap(\.data.jobID)
      #expect(ids.count == Set(ids).count && Set(ids).isSubset(of: Set(jobs.map(\.id))))
    }
    #expect(lines.count { $0.event == "job.registered" } == jobs.count)
  }

  @Test(
    "a signal stops it within five seconds with exit code 0, whatever hangs",
    .timeLimit(.minutes(10)), arguments: [SIGTERM, SIGINT])
  func stop(signal: Int32) async throws {
    let deaf = (0..<3).map { _ in WebhookReceiver(clock: Testbed.clock) }
    var hooks: [String] = []
    for receiver in deaf {
      receiver.answer(with: [], then: .hang)
      hooks.append(try await receiver.start())
    }
    try await Testbed.run(.init(moreHooks: hooks)) { bed in
      bed.receiver.answer(with: [], then: .hang)
      bed.cloud.set(.hang, for: .ecs)
      let daemon = try await bed.startDaemon()
      let job = PlannedJob.succeeding(after: .zero)
      try bed.submit([job])
      try await within(.seconds(20), "a poll and the deliveries hang") {
        try await bed.cloud.log.wait(count: 1)
        for receiver in deaf { try await receiver.log.wait(count: 1) }
        try await bed.receiver.log.wait(count: 1)
      }
      let asked = ContinuousClock.now
      daemon.send(signal)
      #expect(await daemon.exit == .code(0))
      #expect(await daemon.ended - asked < .seconds(5))
      #expect(try bed.log.all().last?.event == "daemon.stopped")
    }
    for receiver in deaf { await receiver.stop() }
  }
}
