import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@testable import CloudAPI

@Suite(.timeLimit(.minutes(10)))
struct CloudServicesTests {
  private func ask(_ bench: CloudBench, _ service: CloudService, _ jobID: String) async throws -> Observation {
    let query = JobQuery(
      service: service, endpoint: bench.base, projectID: CloudBench.project, jobID: jobID,
      credential: .accessKey(CloudBench.key), signingTime: bench.clock.wall)
    let client = CloudClient(transport: bench.client.transport, timeout: .patient)
    return await client.ask(query).observation
  }

  /// A job with a word of its own where the service has a place for it.
  private func job(_ service: CloudService, _ steps: [ScriptedStep]) -> ScriptedJob {
    ScriptedJob(
      service: service, jobID: "job-\(service.name)", jobType: "create", steps: steps,
      entities: ["instance_id": "in07"], errorCode: "X.0001", failReason: "no room",
      visibleAfter: .seconds(5), vanishesAfter: .minutes(10))
  }

  @Test(arguments: [true, false])
  func `jobs of all services are followed from nothing to nothing, side by side`(
    endsWell: Bool
  ) async throws {
    try await CloudBench.run { bench async throws in
      for service in CloudService.all {
        let steps: [ScriptedStep] = endsWell ? .succeeding(after: .minutes(1)) : .failing(after: .minutes(1))
        bench.cloud.submit(job(service, steps))
      }
      for (moment, state) in [
        (Duration.zero, nil), (.seconds(30), .running),
        (.minutes(2), endsWell ? .succeeded : .failed), (.minutes(10), nil),
      ] as [(Duration, JobState?)] {
        bench.clock.pass(CloudBench.start + moment - bench.clock.wall)
        for service in CloudService.all {
          let observation = try await ask(bench, service, "job-\(service.name)")
          try check(observation, of: service, is: state)
        }
      }
      #expect(bench.cloud.log.total == 4 * CloudService.all.count)
      for service in CloudService.all { #expect(bench.cloud.calls(service: service).count == 4) }
    }
  }

  private func check(_ observation: Observation, of service: CloudService, is state: JobState?) throws {
    guard let state else {
      guard case .absent = observation else { throw Unexpected(service, observation) }
      return
    }
    guard case .seen(let seen, let report) = observation else { throw Unexpected(service, observation) }
    #expect(seen == state, "\(service.name)")
    #expect(report.jobType == "create")
    #expect(report.begin?.instant == CloudBench.start)
    #expect(report.end?.instant == (state.isFinal ? CloudBench.start + .minutes(1) : nil))
    #expect(report.failReason == (state == .failed && service != .ddm ? "no room" : nil))
    #expect(report.entities["instance_id"] == (service == .dcs ? nil : "in07"), "\(service.name)")
  }

  private struct Unexpected: Error {
    var service: CloudService
    var observation: Observation

    init(_ service: CloudService, _ observation: Observation) {
      self.service = service
      self.observation = observation
    }
  }

  @Test(arguments: [CloudService.ims, .cce])
  func `the parts of a job are shown in the manner of its service`(
    service: CloudService
  ) async throws {
    try await CloudBench.run { bench async throws in
      var parent = job(service, .failing(after: .seconds(20)))
      parent.visibleAfter = .zero
      parent.subJobs = [
        ScriptedJob(
          jobID: "part", jobType: "single", steps: .failing(after: .seconds(10)),
          entities: ["image_id": "i-1"], errorCode: "X.0002", failReason: "no host")
      ]
      bench.cloud.submit(parent)
      bench.clock.pass(.seconds(30))
      guard case .seen(.failed, let report) = try await ask(bench, service, "job-\(service.name)")
      else { throw Unexpected(service, try await ask(bench, service, "job-\(service.name)")) }
      let part = try #require(report.subJobs.first)
      #expect(part.jobID == "part" && part.jobType == "single" && part.state == .failed)
      #expect(part.entities == ["image_id": "i-1"] && part.failReason == "no host")
      #expect(part.end?.instant == CloudBench.start + .seconds(10))
      #expect(part.errorCode == (service == .ims ? "X.0002" : nil))
    }
  }
}
