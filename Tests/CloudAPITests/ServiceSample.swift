import Foundation
import JobWatchCore
import Testing

/// One service as its pages document it, apart from the table that is tested: its address, its words, how long it
/// keeps a record, and what its answers look like in every state. These are a captured body, whose status, end and
/// error are changed as the service documents them, because no body was captured of most states.
struct ServiceSample: Sendable, CustomTestStringConvertible {
  var service: String
  /// Where job `j` of project `p` is asked for.
  var address: String
  /// Of `Vectors/bodies`.
  var file: String
  /// The documented words and their states, in the manual's names of them.
  var words: String
  /// The ways to the members, with an index for an element of a list.
  var status: String
  var end: String
  /// What the end holds before it, for services that do not write a time there.
  var open: String?
  /// The end, where the captured body is of a job that runs.
  var endTime: String?
  /// The members that tell a failure, if there are any.
  var errorCode: String?
  var failReason: String?
  /// The member that lists parts, where the service has one; any will do for the others.
  var partsName = "sub_jobs"
  var kept = RetentionPolicy()

  var testDescription: String { service }

  private static func classic(
    _ service: String, _ file: String, more words: String = "", partsName: String = "sub_jobs",
    kept: RetentionPolicy = RetentionPolicy()
  ) -> ServiceSample {
    ServiceSample(
      service: service, address: "/v1/p/jobs/j", file: file,
      words: "INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed \(words)",
      status: "status", end: "end_time", open: "", errorCode: "error_code",
      failReason: "fail_reason", partsName: partsName, kept: kept)
  }

  private static func database(_ service: String, _ file: String, more words: String = "") -> ServiceSample {
    ServiceSample(
      service: service, address: "/v3/p/jobs?id=j", file: file,
      words: "Running=running Completed=succeeded Failed=failed \(words)", status: "job.status",
      end: "job.ended", failReason: "job.fail_reason", kept: RetentionPolicy(finished: .days(28)))
  }

  static let all: [ServiceSample] = [
    classic(
      "ecs", "ecs_success_serversAction_flight", more: "PENDING_PAYMENT=awaiting_payment",
      kept: RetentionPolicy(finished: .days(1), unpaid: .days(14))),
    classic("bms", "bms_success_baremetalBatchCreate", more: "PENDING_PAYMENT=awaiting_payment"),
    classic("evs", "evs_success_createVolume", more: "WAITING_EXECUTE=pending LISTENING=running"),
    classic("sdrs", "sdrs_success_createProtectionGroupNoCG"),
    // Documents no body of its own.
    classic("deh", "ecs_success_createSingleServer_toplevel_server_id"),
    classic("eip", "eip_success_createBatchPublicip_docs"),
    classic("ims", "ims_success_imsImportImageJob", partsName: "sub_jobs_result"),
    ServiceSample(
      service: "dcs", address: "/v2/p/jobs/j", file: "dcs_success_masterStandbySwapJob",
      words: """
        INIT=pending RUNNING=running SUCCESS=succeeded FAIL=failed CREATED=pending
        EXECUTING=running PAUSED=pending SUCCEED=succeeded FAILED=failed CANCELLED=failed
        """,
      status: "status", end: "end_time", open: "", failReason: "fail_reason"),
    database("rds", "rds_completed_CreateMysqlReplicaInstance", more: "Complete=succeeded"),
    database(
      "taurusdb", "taurusdb_completed_CreateMysqlInstance",
      more: "Pending=pending Canceled=failed Unauthorized=pending"),
    database("gaussdb", "gaussdb_completed_CreateGaussDBV5Instance"),
    database("dds", "dds_completed_Create_MongoDB"),
    ServiceSample(
      service: "geminidb", address: "/v3/p/jobs?id=j", file: "geminidb_running_CreateCassandra",
      words: """
        Running=running Completed=succeeded Failed=failed Pending=pending Canceled=failed
        """,
      status: "jobs.0.status", end: "jobs.0.end_time", endTime: "2023-09-12T06:44:03.000Z",
      failReason: "jobs.0.fail_reason", kept: RetentionPolicy(finished: .days(30))),
    ServiceSample(
      service: "ddm", address: "/v3/p/jobs/j", file: "ddm_running_CreateInstance",
      words: """
        Running=running Completed=succeeded Failed=failed Expanding=running Canceling=running
        Rollbacking=running ToBeSwitched=running Switching=running RollbackSuccess=failed
        RollbackFail=failed CancelSuccess=failed INIT=pending SUCCESS=succeeded FAIL=failed
        """,
      status: "job.status", end: "job.end_time", endTime: "2018-08-06T15:41:14.000Z"),
    ServiceSample(
      service: "cce", address: "/api/v3/projects/p/jobs/j", file: "cce_job_docs",
      words: "Initializing=pending Running=running Success=succeeded Failed=failed",
      status: "status.phase", end: "metadata.updateTimestamp",
      endTime: "2020-02-02T08:21:50.478Z", failReason: "status.reason", partsName: "subJobs"),
  ]

  static func of(_ service: String) throws -> ServiceSample {
    try #require(all.first { $0.service == service })
  }

  /// `WORD=state` pairs, separated by blanks.
  static func pairs(_ text: String) throws -> [(word: String, state: JobState)] {
    try text.split(whereSeparator: \.isWhitespace).map { pair in
      let halves = pair.split(separator: "=").map(String.init)
      return (halves[0], try #require(JobState(rawValue: halves[1])))
    }
  }

  func vocabulary() throws -> [String: JobState] {
    Dictionary(uniqueKeysWithValues: try Self.pairs(words).map { ($0.word, $0.state) })
  }

  /// The body of the job in the state that `word` means.
  func body(_ word: String) throws -> [UInt8] {
    let captured = Data(try CapturedBody.bytes(file))
    let state = try vocabulary()[word]
    var json = try JSONSerialization.jsonObject(with: captured)
    json = Self.put(word, at: status, in: json)
    if let open, state?.isFinal == false { json = Self.put(open, at: end, in: json) }
    if state == .failed {
      if let errorCode { json = Self.put("X.0001", at: errorCode, in: json) }
      if let failReason { json = Self.put("no room", at: failReason, in: json) }
    }
    return Array(try JSONSerialization.data(withJSONObject: json))
  }

  private static func put(_ text: String, at path: String, in json: Any) -> Any {
    guard let name = path.split(separator: ".").first.map(String.init) else { return text }
    let rest = String(path.dropFirst(name.count + 1))
    if var list = json as? [Any], let index = Int(name) {
      list[index] = put(text, at: rest, in: list[index])
      return list
    }
    var members = json as? [String: Any] ?? [:]
    members[name] = put(text, at: rest, in: members[name] ?? [String: Any]())
    return members
  }
}
