import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@testable import CloudAPI

@Suite(.timeLimit(.minutes(10)))
struct SimulatedLifecycleTests {
  @Test func `an ECS job with a failed part goes through its script`() async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.submit(
        ScriptedJob(
          service: .ecs, jobID: "job", jobType: "createServer", steps: .failing(after: .seconds(30)),
          subJobs: [
            ScriptedJob(
              jobID: "sub", jobType: "createSingleServer",
              steps: [
                ScriptedStep(after: .seconds(1), status: "INIT"),
                ScriptedStep(after: .seconds(20), status: "FAIL"),
              ], entities: ["server_id": "s-1"], errorCode: "Ecs.0005",
              failReason: "no \"host\"\nleft")
          ], errorCode: "Common.0021", failReason: "Sub job fail!"))

      let expected: [(Duration, String)] = [
        (
          .zero,
          #"{"status":"RUNNING","entities":{"sub_jobs_total":1,"sub_jobs":[]},"job_id":"job","#
            + #""job_type":"createServer","begin_time":"2026-11-21T21:38:21.000Z","end_time":""}"#
        ),
        (
          .seconds(30),
          #"{"status":"FAIL","entities":{"sub_jobs_total":1,"sub_jobs":[{"status":"FAIL","#
            + #""entities":{"server_id":"s-1"},"job_id":"sub","job_type":"createSingleServer","#
            + #""begin_time":"2026-11-21T21:38:22.000Z","end_time":"2026-11-21T21:38:41.000Z","#
            + #""error_code":"Ecs.0005","fail_reason":"no \"host\"\u000aleft"}]},"job_id":"job","#
            + #""job_type":"createServer","begin_time":"2026-11-21T21:38:21.000Z","#
            + #""end_time":"2026-11-21T21:38:51.000Z","error_code":"Common.0021","# + #""fail_reason":"Sub job fail!"}"#
        ),
      ]
      for (step, body) in expected {
        bench.clock.pass(step)
        #expect(try await bench.ask().text == body)
      }
    }
  }

  @Test func `a DCS job has times in milliseconds and no entities`() async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.submit(
        ScriptedJob(
          service: .dcs, jobID: "job", jobType: "masterStandbySwapJob", steps: .succeeding(after: .milliseconds(2869))))
      let head = #"{"status":"#
      let begin = #","job_id":"job","job_type":"masterStandbySwapJob","begin_time":"1795297101000","end_time":"#
      bench.clock.pass(.milliseconds(2868))
      #expect(try await bench.ask(.dcs).text == head + #""RUNNING""# + begin + #"null,"fail_reason":null}"#)
      bench.clock.pass(.milliseconds(1))
      #expect(try await bench.ask(.dcs).text == head + #""SUCCESS""# + begin + #""1795297103869","fail_reason":null}"#)
    }
  }

  /// Each: the script, and from when to when its record is shown (nil: for good).
  static let shown: [(job: ScriptedJob, from: Duration, until: Duration?)] = [
    (job(.ecs, .succeeding(after: .hours(1))), .zero, .hours(25)),
    (job(.ecs, .failing(after: .hours(1))), .zero, .hours(25)),
    (job(.dcs, .succeeding(after: .hours(1))), .zero, nil),
    (job(.ecs, [ScriptedStep(after: .hours(2), status: "PENDING_PAYMENT")]), .hours(2), .hours(338)),
    (job(.ecs, [ScriptedStep(after: .zero, status: "STRANGE")]), .zero, nil),
    (
      job(.dcs, .succeeding(after: .hours(1)), visible: .seconds(5), vanishes: .minutes(2)),
      .seconds(5), .minutes(2)
    ),
  ]

  @Test(arguments: shown)
  func `a record is shown from its beginning until its retention is over`(
    job: ScriptedJob, from: Duration, until: Duration?
  ) async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.submit(job)
      let absent = job.service == .ecs ? "Common.0011" : "DCS.4133"
      let instant = Duration.milliseconds(1)
      var moments = [(from, true), ((until ?? .days(4000)) - instant, true)]
      if from > .zero { moments.insert((from - instant, false), at: 0) }
      if let until { moments.append((until, false)) }
      for (moment, isShown) in moments {
        bench.clock.pass(CloudBench.start + moment - bench.clock.wall)
        let answer = try await bench.ask(job.service)
        #expect(answer.status == (isShown ? 200 : 400), "after \(moment.text)")
        #expect(answer.text.contains(absent) != isShown)
      }
    }
  }

  static func job(
    _ service: CloudService, _ steps: [ScriptedStep], visible: Duration = .zero,
    vanishes: Duration? = nil
  ) -> ScriptedJob {
    ScriptedJob(
      service: service, jobID: "job", jobType: "any", steps: steps, visibleAfter: visible, vanishesAfter: vanishes)
  }
}
