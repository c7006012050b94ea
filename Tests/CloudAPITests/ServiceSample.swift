import Foundation
import JobWatchCore
import Testing

/// What a service's answers look like in every state: a captured body, of which the status, the end
/// and the error are changed as the service documents them. (No body was captured of most states.)
struct ServiceSample: Sendable, CustomTestStringConvertible {
  private static let classicWords: [String: JobState] = [
    "INIT": .pending, "RUNNING": .running, "SUCCESS": .succeeded, "FAIL": .failed,
  ]
  private static let taskWords: [String: JobState] = [
    "Running": .running, "Completed": .succeeded, "Failed": .failed,
  ]
  private static let scheduled: [String: JobState] = ["Pending": .pending, "Canceled": .failed]

  var service: String
  /// Of `Vectors/bodies`.
  var file: String
  var words: [String: JobState]
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

  var testDescription: String { service }

  private static func classic(
    _ service: String, _ file: String, more: [String: JobState] = [:]
  ) -> ServiceSample {
    ServiceSample(
      service: service, file: file, words: classicWords.merging(more) { $1 }, status: "status",
      end: "end_time", open: "", errorCode: "error_code", failReason: "fail_reason")
  }

  private static func database(
    _ service: String, _ file: String, more: [String: JobState] = [:]
  ) -> ServiceSample {
    ServiceSample(
      service: service, file: file, words: taskWords.merging(more) { $1 }, status: "job.status",
      end: "job.ended", failReason: "job.fail_reason")
  }

  static let all: [ServiceSample] = [
    classic(
      "ecs", "ecs_success_serversAction_flight", more: ["PENDING_PAYMENT": .awaitingPayment]),
    classic(
      "bms", "bms_success_baremetalBatchCreate", more: ["PENDING_PAYMENT": .awaitingPayment]),
    classic(
      "evs", "evs_success_createVolume", more: ["WAITING_EXECUTE": .pending, "LISTENING": .running]),
    classic("sdrs", "sdrs_success_createProtectionGroupNoCG"),
    // Documents no body of its own.
    classic("deh", "ecs_success_createSingleServer_toplevel_server_id"),
    classic("eip", "eip_success_createBatchPublicip_docs"),
    classic("ims", "ims_success_imsImportImageJob"),
    ServiceSample(
      service: "dcs", file: "dcs_success_masterStandbySwapJob",
      words: classicWords.merging(
        [
          "CREATED": .pending, "EXECUTING": .running, "PAUSED": .pending, "SUCCEED": .succeeded,
          "FAILED": .failed, "CANCELLED": .failed,
        ]) { $1 },
      status: "status", end: "end_time", open: "", failReason: "fail_reason"),
    database(
      "rds", "rds_completed_CreateMysqlReplicaInstance", more: ["Complete": .succeeded]),
    database(
      "taurusdb", "taurusdb_completed_CreateMysqlInstance",
      more: scheduled.merging(["Unauthorized": .pending]) { $1 }),
    database("gaussdb", "gaussdb_completed_CreateGaussDBV5Instance"),
    database("dds", "dds_completed_Create_MongoDB"),
    ServiceSample(
      service: "geminidb", file: "geminidb_running_CreateCassandra",
      words: taskWords.merging(scheduled) { $1 },
      status: "jobs.0.status", end: "jobs.0.end_time", endTime: "2023-09-12T06:44:03.000Z",
      failReason: "jobs.0.fail_reason"),
    ServiceSample(
      service: "ddm", file: "ddm_running_CreateInstance",
      words: taskWords.merging(
        [
          "Expanding": .running, "Canceling": .running, "Rollbacking": .running,
          "ToBeSwitched": .running, "Switching": .running, "RollbackSuccess": .failed,
          "RollbackFail": .failed, "CancelSuccess": .failed, "INIT": .pending,
          "SUCCESS": .succeeded, "FAIL": .failed,
        ]) { $1 },
      status: "job.status", end: "job.end_time", endTime: "2018-08-06T15:41:14.000Z"),
    ServiceSample(
      service: "cce", file: "cce_job_docs",
      words: [
        "Initializing": .pending, "Running": .running, "Success": .succeeded, "Failed": .failed,
      ],
      status: "status.phase", end: "metadata.updateTimestamp",
      endTime: "2020-02-02T08:21:50.478Z", failReason: "status.reason"),
  ]

  /// The body of the job in the state that `word` means.
  func body(_ word: String) throws -> [UInt8] {
    let captured = Data(try CapturedBody.bytes(file))
    var json = try JSONSerialization.jsonObject(with: captured)
    json = Self.put(word, at: status, in: json)
    if let open, words[word]?.isFinal == false { json = Self.put(open, at: end, in: json) }
    if words[word] == .failed {
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
