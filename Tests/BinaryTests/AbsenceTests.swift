import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct AbsenceTests {
  @Test(
    "by default a vanished record is lost after two minutes, and a late one is followed to its end",
    .timeLimit(.minutes(10)))
  func defaults() async throws {
    try await Testbed.run(isIdle: true) { bed in
      var vanishing = PlannedJob.endless()
      vanishing.script.vanishesAfter = .seconds(4)
      vanishing.end = .jobLost
      var late = PlannedJob.failing(after: .seconds(40))
      late.script.visibleAfter = .seconds(5)
      var never = PlannedJob.endless()
      never.end = .jobUnknown
      let daemon = try await bed.startDaemon()
      let began = Testbed.clock()
      bed.begin([vanishing, late])
      let jobs = [vanishing, late, never]
      try bed.place.drop(jobs.map(\.id).joined(separator: "\n"), as: "jobs")
      _ = try await bed.log.first(.jobRunning, of: vanishing.id)
      try await within(.seconds(250), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      let lines = try bed.log.all()
      let lost = try #require(lines.first { $0.event == "job.lost" })
      #expect((120.0..<244).contains((lost.time - began).seconds - 4))
      #expect(lost.data.jobID == vanishing.id)
      #expect(lost.data.certainty == .lost)
      #expect(lost.data.blindGap?.cause.isEmpty == false)
      let unknown = try #require(lines.first { $0.event == "job.unknown" })
      #expect((120.0..<240).contains((unknown.time - began).seconds))
      #expect(unknown.data.jobID == never.id)
      #expect(unknown.data.cure != nil)
      let ofLate = lines.filter { $0.data.jobID == late.id }.map(\.event)
      #expect(ofLate == ["job.registered", "job.running", "job.failed"])
    }
  }

  @Test(
    "a service that forgets every job is told as down, and no job gets a verdict",
    .timeLimit(.minutes(10)))
  func massAbsence() async throws {
    // On a busy machine the first job's answers must not do for a verdict before the others have theirs.
    let keys = ["polling": "{floor: 200ms, ceiling: 1s}", "absence": "{answers: 3, over: 10s}"]
    try await Testbed.run(.init(keys: keys)) { bed in
      let daemon = try await bed.startDaemon()
      let jobs = (0..<20).map { _ in PlannedJob.endless() }
      try bed.submit(jobs)
      for job in jobs { _ = try await bed.log.first(.jobRunning, of: job.id) }
      bed.cloud.set(.absence, for: .ecs)
      bed.end(jobs)
      let down = try await within(.seconds(10), "endpoint.down") {
        try await bed.log.first(.endpointDown)
      }
      #expect(down.data.cause?.contains("unknown") == true)
      try await within(.seconds(60), "absence of every job that would do for a verdict") {
        var absent: [String: [Timestamp]] = [:]
        for await call in bed.cloud.log.stream() where call.status == 400 {
          absent[call.jobID, default: []].append(call.time)
          let isEnough = jobs.allSatisfy { job in
            guard let times = absent[job.id], let last = times.last else { return false }
            return times.count >= 3 && last - times[0] >= .seconds(10)
          }
          if isEnough { return }
        }
      }
      bed.cloud.clearFault(of: .ecs)
      try await within(.seconds(10), "every end is told") { try await bed.told(jobs) }
      #expect(await daemon.terminate() == .code(0))
      let events = try bed.log.all().map(\.event)
      #expect(Set(events).isDisjoint(with: ["job.lost", "job.unknown", "job.found"]))
      #expect(events.count { $0 == "endpoint.down" } == 1)
      #expect(events.count { $0 == "endpoint.up" } == 1)
    }
  }
}
