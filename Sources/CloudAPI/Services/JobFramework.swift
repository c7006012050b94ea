import JobWatchCore

/// The services with the job framework of ECS: `/v1/{project_id}/jobs/{job_id}`.
extension CloudService {
  package static let jobFramework = [ecs, bms, evs, sdrs, deh, eip, ims]

  private static func service(
    _ name: String, _ layout: RecordLayout = RecordLayout(), more words: [String: JobState] = [:],
    replies: [FieldPath] = [], kept: RetentionPolicy = RetentionPolicy(), hosts: ServiceHosts
  ) -> CloudService {
    let common: [String: JobState] = [
      "INIT": .pending, "RUNNING": .running, "SUCCESS": .succeeded, "FAIL": .failed,
    ]
    return CloudService(
      name, "/v1/{project_id}/jobs/{job_id}", layout, words: common.merging(words) { $1 },
      absent: [jobNotFound], replies: replies, kept: kept, hosts: hosts)
  }

  /// Documented for ECS, and for EVS as the answer to a query that finds no job by its id
  /// (https://github.com/opentelekomcloud-docs/elastic-volume-service, error codes). Taken from the other services too,
  /// because they document `Common.` codes and share the framework.
  private static let jobNotFound = "Common.0011"
  /// The order of a yearly or monthly resource waits to be paid. ECS and BMS document it, on Huawei Cloud
  /// (https://support.huaweicloud.com/intl/en-us/api-ecs/ecs_02_0901.html; bms_api_0640, 2025-12-09).
  private static let unpaid: [String: JobState] = ["PENDING_PAYMENT": .awaitingPayment]

  /// Elastic Cloud Server. Its retention: https://support.huaweicloud.com/intl/en-us/api-ecs/ecs_02_0901.html.
  package static let ecs = service(
    "ecs", more: unpaid, kept: RetentionPolicy(finished: .days(1), unpaid: .days(14)),
    hosts: ServiceHosts(label: "ecs", missing: "ru-northwest-2", telekom: ["ecs": "eu-de eu-nl eu-ch2"]))

  /// Bare Metal Server. On Open Telekom Cloud it answers at the host of ECS.
  package static let bms = service(
    "bms", more: unpaid,
    hosts: ServiceHosts(
      label: "bms", missing: "ae-ad-1 af-north-1 ap-southeast-5 cn-north-12 eu-west-0 eu-west-101",
      telekom: ["ecs": "eu-de"]))

  /// Elastic Volume Service: disks. Its jobs also wait, and listen for what others do (evs_04_0054, 2025-11-11).
  package static let evs = service(
    "evs", more: ["WAITING_EXECUTE": .pending, "LISTENING": .running],
    replies: ["volume_ids", "volume_id"],
    hosts: ServiceHosts(label: "evs", telekom: ["evs": "eu-de eu-nl"]))

  /// Storage Disaster Recovery Service.
  package static let sdrs = service(
    "sdrs", replies: ["protected_instance", "protected_instance_id", "server_group_id"],
    hosts: ServiceHosts(
      label: "sdrs",
      only: """
        af-south-1 ap-southeast-2 ap-southeast-3 cn-east-2 cn-east-3 cn-north-4 cn-south-1
        """,
      served: ["ap-southeast-2": "ap-southeast-3"], telekom: ["sdrs": "eu-de"]))

  /// Dedicated Host.
  package static let deh = service(
    "deh", replies: ["dedicated_host_ids"],
    hosts: ServiceHosts(
      label: "deh",
      only: """
        ap-southeast-1 ap-southeast-2 ap-southeast-3 cn-east-2 cn-east-3 cn-north-1 cn-north-2
        cn-north-4 cn-south-1 cn-southwest-2 my-kualalumpur-1 sa-brazil-1
        """,
      telekom: ["deh": "eu-de eu-nl"]))

  /// Elastic IP, its batch calls: part of the Virtual Private Cloud service.
  package static let eip = service(
    "eip", replies: ["publicip_ids", "publicips", "publicip"],
    hosts: ServiceHosts(label: "vpc", missing: "cn-southwest-3", telekom: ["vpc": "eu-de eu-nl eu-ch2"]))

  /// Image Management Service. It lists its parts as `sub_jobs_result`, and their ids once more
  /// (https://github.com/opentelekomcloud-docs/image-management-service, querying an asynchronous job).
  package static let ims = service(
    "ims", RecordLayout(objects: [.init(name: "entities", without: ["sub_jobs_list"])]), replies: ["image_id"],
    hosts: ServiceHosts(label: "ims", missing: "ru-northwest-2", telekom: ["ims": "eu-de eu-nl"]))
}
