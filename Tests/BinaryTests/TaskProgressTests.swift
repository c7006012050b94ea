import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct TaskProgressTests {
  private static let quick = ["polling": "{floor: 200ms, ceiling: 400ms}"]

  private static func task(_ job: PlannedJob, reply: Reply? = nil) -> ScriptedTask {
    ScriptedTask(
      instanceID: "instance-1", taskID: "task-of-\(job.id)",
      steps: [
        .init("Preparing the instance", lasts: .milliseconds(1), parts: ["Checking"]),
        .init("Copying the data", lasts: .hours(1)), .init("Switching over", lasts: .hours(1)),
      ], reply: reply)
  }

  private static func order(_ words: String..., in bed: Testbed) async throws -> ChildProcess.Outcome {
    try await CommandLineTests.jobwatch(words + ["--config", bed.place.configuration], in: bed)
  }

  private static func submit(_ job: PlannedJob, with task: ScriptedTask, in bed: Testbed) async throws {
    bed.begin([job])
    bed.cloud.begin(task)
    let outcome = try await order(
      "submit", job.id, "--service", "dcs", "--instance", task.instanceID, "--task", task.taskID,
      in: bed)
    #expect(outcome.exit == .code(0), "\(outcome.error)")
  }

  /// The second is made only once the first is stored.
  private static func asked(_ task: ScriptedTask, in bed: Testbed) async throws {
    let first = try await bed.cloud.log.first { $0.jobID == task.taskID }
    _ = try await bed.cloud.log.first {
      $0.jobID == task.taskID && $0.requestID != first.requestID
    }
  }

  @Test("the steps of a job's task are shown", .timeLimit(.minutes(10)))
  func shown() async throws {
    try await Testbed.run(.init(keys: Self.quick)) { bed in
      let daemon = try await bed.startDaemon()
      let job = PlannedJob.succeeding(.dcs, after: .days(1))
      let task = Self.task(job)
      try await Self.submit(job, with: task, in: bed)
      try await within(.seconds(10), "its progress is asked for") {
        try await Self.asked(task, in: bed)
      }
      let show = try await Self.order("show", job.id, in: bed)
      #expect(show.output.contains("\(task.taskID) of instance instance-1"), "\(show.output)")
      #expect(show.output.contains("0 %, about 1 h 59 m left, as of "), "\(show.output)")
      let rows = show.output.split(separator: "\n").filter {
        $0.contains("FINISH") || $0.contains("EXECUTING") || $0.contains("WAITING")
      }
      #expect(rows.count == 4)
      for (row, words) in zip(
        rows,
        [
          ("  Preparing the instance", "FINISH"), ("    Checking", "FINISH"),
          ("  Copying the data", "EXECUTING"), ("  Switching over", "WAITING"),
        ])
      {
        #expect(row.hasPrefix(words.0) && row.contains(words.1), "\(row)")
      }
      let json = try await Self.order("show", "--json", job.id, in: bed)
      #expect(json.output.contains(#""task_id":"\#(task.taskID)""#), "\(json.output)")
      #expect(json.output.contains(#""name":"Checking","status":"FINISH""#), "\(json.output)")
      #expect(await daemon.terminate() == .code(0))
    }
  }

  @Test(
    "a progress that cannot be had changes nothing else", .timeLimit(.minutes(10)),
    arguments: [
      (Reply.status(500), "HTTP 500"), (.status(403), "HTTP 403"), (.status(404), "HTTP 404"),
      (Reply(status: 200, body: Array("<html>".utf8)), "no task's progress"), (.hang, ""),
    ])
  func failing(_ reply: Reply, _ cause: String) async throws {
    try await Testbed.run(.init(keys: Self.quick)) { bed in
      let daemon = try await bed.startDaemon()
      let job = PlannedJob.failing(.dcs, after: .days(1))
      let task = Self.task(job, reply: reply)
      try await Self.submit(job, with: task, in: bed)
      try await within(.seconds(10), "its progress is asked for, and the job is polled on") {
        if cause.isEmpty {
          _ = try await bed.cloud.log.first { $0.jobID == task.taskID }
          _ = try await bed.cloud.log.next { $0.jobID == job.id }
        } else {
          try await Self.asked(task, in: bed)
        }
      }
      let show = try await Self.order("show", job.id, in: bed)
      #expect(cause.isEmpty || show.output.contains(cause), "\(show.output)")
      #expect(show.output.contains("no progress") == !cause.isEmpty)
      bed.end([job])
      try await within(.seconds(5), "the end is told") { try await bed.told([job]) }
      #expect(await daemon.terminate() == .code(0))
      let events = try bed.log.all().map(\.event).filter { !$0.hasPrefix("daemon.") }
      #expect(events == ["job.registered", "job.running", "job.failed"])
    }
  }

  @Test(
    "a quota of the progress calls alone holds for them, and not for the polls",
    .timeLimit(.minutes(10)))
  func throttled() async throws {
    try await Testbed.run(.init(keys: Self.quick)) { bed in
      let daemon = try await bed.startDaemon()
      let body =
        #"{"error_code": "APIGW.0308", "error_msg": "The throttling threshold has been reached: "#
        + #"policy user over ratelimit,limit:1,time:1 minute"}"#
      let job = PlannedJob.failing(.dcs, after: .days(1))
      let task = Self.task(job, reply: Reply(status: 429, body: Array(body.utf8)))
      try await Self.submit(job, with: task, in: bed)
      try await within(.seconds(15), "six polls after the progress call that was turned away") {
        _ = try await bed.cloud.log.first { $0.jobID == task.taskID }
        for _ in 1...6 { _ = try await bed.cloud.log.next { $0.jobID == job.id } }
      }
      #expect(bed.cloud.log.entries.count { $0.jobID == task.taskID } == 1)
      let show = try await Self.order("show", job.id, in: bed)
      #expect(show.output.contains("APIGW.0308: the quota is used up"), "\(show.output)")
      #expect(await daemon.terminate() == .code(0))
    }
  }

  @Test("progress calls keep within the quota, and polls come first", .timeLimit(.minutes(10)))
  func quota() async throws {
    let settings = Testbed.Settings(
      account: ["quota": "{calls: 20, per: 1s}"], keys: ["polling": "{floor: 200ms, ceiling: 1s}"],
      cloudQuota: Quota(calls: 20, per: .seconds(1)))
    try await Testbed.run(settings) { bed in
      let daemon = try await bed.startDaemon()
      // The last one runs on alone, until there was room for a call.
      let last = PlannedJob.succeeding(.dcs, after: .days(1))
      let others = (0..<40).map { PlannedJob.succeeding(.dcs, after: .milliseconds(100 * $0)) }
      let jobs = others + [last]
      for job in jobs { bed.cloud.begin(Self.task(job)) }
      bed.begin(jobs)
      let entries = jobs.map { job in
        #"{"job_id": "\#(job.id)", "service": "dcs", "instance_id": "instance-1", "#
          + #""task_id": "task-of-\#(job.id)"}"#
      }
      try bed.place.drop(entries.joined(separator: "\n"), as: "jobs")
      try await within(.seconds(40), "the other ends are told") { try await bed.told(others) }
      _ = try await bed.cloud.log.first { $0.jobID.hasPrefix("task-of-") }
      bed.end([last])
      try await within(.seconds(40), "the last end is told") { try await bed.told([last]) }
      #expect(await daemon.terminate() == .code(0))
      #expect(bed.cloud.throttledCalls.isEmpty)
    }
  }
}
