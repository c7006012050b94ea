import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

/// Answers as people met them, told by the built daemon.
@Suite struct ForeignAnswerTests {
  /// The job of a service that answers with `body`, in which `JOB` is its id.
  private struct Met {
    var job: PlannedJob
    var body: [UInt8]

    init(_ service: CloudService, _ end: EventKind, _ body: [UInt8]) {
      job = PlannedJob.succeeding(service, after: .days(30))
      job.end = end
      self.body = body
    }

    init(_ service: CloudService, _ end: EventKind, _ body: String) {
      self.init(service, end, Array(body.utf8))
    }

    var reply: Reply {
      let parts = body.split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
      return Reply(status: 200, body: Array(parts.joined(separator: Array(job.id.utf8))))
    }
  }

  private static let canceled = Met(
    .taurusdb, .jobFailed,
    """
    {"job":{"id":"@","name":"ResizeInstanceFlavor","status":"Canceled",\
    "created":"2026-02-10T09:22:04+0800","ended":"2026-02-10T09:30:04+0800","process":"",\
    "instance":{"id":"in07","name":"n"},"entities":{},"fail_reason":null}}
    """)
  private static let parts = Met(
    .eip, .jobSucceeded,
    """
    {"status":"SUCCESS","entities":[{"sub_jobs":[{"status":"SUCCESS","job_id":"p0","entities":{}},\
    {"status":"FAIL","job_id":"p1","error_code":"VPC.0501","fail_reason":"no quota"}]}],\
    "job_id":"@","job_type":"createBatchPublicip","error_code":null,"fail_reason":null}
    """)
  private static let han = Met(
    .ecs, .jobFailed,
    Array(#"{"status":"FAIL","job_id":"@","error_code":"Ecs.0219","fail_reason":"no room, "#.utf8)
      + [0xC5, 0xE4, 0xB6, 0xEE, 0xB2, 0xBB, 0xD7, 0xE3] + Array(#""}"#.utf8))
  private static let cut = Met(
    .bms, .jobFailed,
    Array(#"{"status":"FAIL","job_id":"@","error_code":"Bms.1","fail_reason":"no room, 配额不"#.utf8)
      + [0xE8] + Array(#""}"#.utf8))

  @Test(
    "tells an end in the cloud's word, the failed part of a list, and a reason in bytes that are no UTF-8",
    .timeLimit(.minutes(5)))
  func told() async throws {
    try await Testbed.run(.init(keys: ["polling": "{floor: 200ms, ceiling: 1s}"])) { bed in
      let met = [Self.canceled, Self.parts, Self.han, Self.cut]
      for met in met { bed.cloud.set(.instead(met.reply), for: met.job.script.service) }
      let daemon = try await bed.startDaemon()
      try bed.submit(met.map(\.job))
      try await within(.seconds(30), "every end is told") { try await bed.told(met.map(\.job)) }
      #expect(await daemon.terminate() == .code(0))
      let events = try Dictionary(bed.events().map { ($0.data.service ?? "", $0.data) }) { $1 }
      let canceled = try #require(events["taurusdb"])
      #expect(canceled.rawStatus == "Canceled" && canceled.failReason == nil)
      #expect(canceled.summary.contains("ended as Canceled") && canceled.certainty == .confirmed)
      let parts = try #require(events["eip"])
      #expect(parts.partial == true && parts.subJobs?.total == 2 && parts.subJobs?.failed == 1)
      #expect(parts.subJobs?.failures.first?.failReason == "no quota")
      #expect(events["ecs"]?.failReason == "no room, 配额不足")
      #expect(events["bms"]?.failReason == "no room, 配额不\u{FFFD}")
      for service in ["ecs", "bms"] {
        #expect(events[service]?.evidence?.lossy == true && events[service]?.evidence?.body != nil)
      }
      let shown = try await CommandLineTests.jobwatch(
        ["show", Self.han.job.id, "--json", "--config", bed.place.configuration], in: bed)
      #expect(shown.output.contains(Data(Self.han.reply.body).base64EncodedString()))
    }
  }

  @Test(
    "takes a job that waits or listens for one on its way, and one that vanishes with a strange word for lost with it",
    .timeLimit(.minutes(5)))
  func words() async throws {
    let keys = [
      "polling": "{floor: 200ms, ceiling: 1s}", "absence": "{answers: 3, over: 3s}",
    ]
    try await Testbed.run(.init(keys: keys)) { bed in
      func record(_ service: CloudService, _ status: String) -> Met {
        Met(service, .jobSucceeded, #"{"status":"\#(status)","job_id":"@","job_type":"extendVolume","entities":{}}"#)
      }
      func answer(_ job: PlannedJob, _ status: String) {
        var met = record(job.script.service, status)
        met.job = job
        bed.cloud.set(.instead(met.reply), for: job.script.service)
      }
      let volume = record(.evs, "").job
      let vanishing = PlannedJob(script: record(.sdrs, "").job.script, end: .jobLost)
      answer(volume, "WAITING_EXECUTE")
      answer(vanishing, "FROZEN")
      let daemon = try await bed.startDaemon()
      try bed.submit([volume, vanishing])
      _ = try await bed.log.first(.jobPending, of: volume.id)
      answer(volume, "Listening")
      _ = try await bed.log.first(.jobRunning, of: volume.id)
      answer(volume, "success")
      _ = try await bed.log.first(.jobUnrecognised, of: vanishing.id)
      bed.cloud.set(.absence, for: .sdrs)
      try await within(.seconds(60), "both ends") { try await bed.told([volume, vanishing]) }
      #expect(await daemon.terminate() == .code(0))
      let lines = try bed.log.all()
      let ofVolume = lines.filter { $0.data.jobID == volume.id }.map(\.event)
      #expect(ofVolume == ["job.registered", "job.pending", "job.running", "job.succeeded"])
      let lost = try #require(lines.first { $0.event == "job.lost" }).data
      #expect(lost.jobID == vanishing.id && lost.rawStatus == "FROZEN")
      #expect(lost.cause?.contains("\"FROZEN\"") == true && lost.summary.contains("\"FROZEN\""))
      #expect(lost.blindGap?.cause == lost.cause)
    }
  }
}
