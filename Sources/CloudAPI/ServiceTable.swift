import JobWatchCore

/// The services that are watched, with the facts that each documents: cloud-api, section 1 ("Sibling
/// services") and 2; OTCD/x stands for github.com/opentelekomcloud-docs/x, the source of Open
/// Telekom Cloud's API references.
extension CloudService {
  package static let all = [
    ecs, bms, evs, sdrs, deh, eip, ims, dcs, rds, taurusdb, gaussdb, dds, geminidb, ddm, cce,
  ]

  private static let byName = Dictionary(uniqueKeysWithValues: all.map { ($0.name, $0) })

  package static func named(_ name: String) -> CloudService? { byName[name] }

  // MARK: `/v1/{project_id}/jobs/{job_id}`, one job framework behind several services

  private static let classicWords: [String: JobState] = [
    "INIT": .pending, "RUNNING": .running, "SUCCESS": .succeeded, "FAIL": .failed,
  ]
  /// The order of a yearly or monthly resource waits to be paid: ECS (ecs_02_0901) and BMS (bms_api_0640, of
  /// 2025-12-09) document it, on Huawei Cloud.
  private static let unpaid: [String: JobState] = ["PENDING_PAYMENT": .awaitingPayment]
  /// Documented for ECS, and for EVS as what a query answers that finds no job by its id
  /// (OTCD/elastic-volume-service, error codes). The others document `Common.` codes without this one;
  /// that it holds for them too is an inference from the framework that they share.
  private static let classicAbsent: Set<String> = ["Common.0011"]

  private static func classic(
    _ name: String, _ layout: RecordLayout = .classic, more words: [String: JobState] = [:],
    hosts: ServiceHosts
  ) -> CloudService {
    CloudService(
      name, .path("/v1"), layout, words: classicWords.merging(words) { $1 },
      absent: classicAbsent, hosts: hosts)
  }

  /// Elastic Cloud Server.
  package static let ecs = CloudService(
    "ecs", .path("/v1"), .classic,
    words: classicWords.merging(unpaid) { $1 },
    absent: classicAbsent, kept: RetentionPolicy(finished: .days(1), unpaid: .days(14)),
    hosts: .ecs)
  /// Bare Metal Server.
  package static let bms = classic("bms", more: unpaid, hosts: .bms)
  /// Elastic Volume Service: disks. Its jobs also wait, and listen for what others do (evs_04_0054, of 2025-11-11).
  package static let evs = classic(
    "evs", more: ["WAITING_EXECUTE": .pending, "LISTENING": .running], hosts: .evs)
  /// Storage Disaster Recovery Service.
  package static let sdrs = classic("sdrs", hosts: .sdrs)
  /// Dedicated Host.
  package static let deh = classic("deh", hosts: .deh)
  /// Elastic IP, its batch calls.
  package static let eip = classic("eip", hosts: .eip)
  /// Image Management Service.
  package static let ims = classic("ims", .image, hosts: .ims)

  // MARK: `/v2/{project_id}/jobs/{job_id}`

  /// Distributed Cache Service; it documents no retention. Its tasks have the second list of words (its task
  /// centre), and an id of one may be asked for as a job's. A paused one waits for a person.
  package static let dcs = CloudService(
    "dcs", .path("/v2"), .cache,
    words: classicWords.merging(
      [
        "CREATED": .pending, "EXECUTING": .running, "PAUSED": .pending, "SUCCEED": .succeeded,
        "FAILED": .failed, "CANCELLED": .failed,
      ]) { $1 },
    absent: ["DCS.4133", "111400070", "DCS.4070"], hosts: .dcs)

  // MARK: `/v3/{project_id}/jobs?id={job_id}`, the databases

  private static let databaseWords: [String: JobState] = [
    "Running": .running, "Completed": .succeeded, "Failed": .failed,
  ]
  /// Tasks that are put off and may be called off: TaurusDB (ShowGaussMySqlJobInfo, of 2026-02-10), and
  /// GeminiDB for scheduled ones (nosql_10_0102, of 2025-11-27).
  private static let scheduled: [String: JobState] = ["Pending": .pending, "Canceled": .failed]
  /// "The job does not exist" (OTCD/relational-database-service, /taurusdb, /gaussdb-opengauss, error
  /// codes). DDS and GeminiDB list none of their own; their codes are of the same `DBS.` series, so
  /// that it means nothing else if they send it.
  private static let databaseAbsent: Set<String> = ["DBS.200543"]
  /// "Of the last month": the shortest one.
  private static let month = RetentionPolicy(finished: .days(28))

  private static func database(
    _ name: String, _ layout: RecordLayout, words: [String: JobState] = databaseWords,
    absent: Set<String> = databaseAbsent, kept: RetentionPolicy = month, hosts: ServiceHosts
  ) -> CloudService {
    CloudService(
      name, .query("/v3"), layout, words: words, absent: absent, kept: kept, hosts: hosts)
  }

  /// Relational Database Service. One of its samples says "Complete".
  package static let rds = database(
    "rds", .relational,
    words: databaseWords.merging(["Complete": .succeeded]) { $1 },
    absent: databaseAbsent.union(["RDS.5041"]), hosts: .rds)
  /// TaurusDB, once GaussDB(for MySQL). An unauthorized task waits for a person to authorize it.
  package static let taurusdb = database(
    "taurusdb", .relational,
    words: databaseWords.merging(scheduled) { $1 }.merging(["Unauthorized": .pending]) { $1 },
    hosts: .taurusdb)
  /// GaussDB, in endpoints also "opengauss".
  package static let gaussdb = database("gaussdb", .database, hosts: .gaussdb)
  /// Document Database Service.
  package static let dds = database("dds", .database, hosts: .dds)
  /// GeminiDB, once GaussDB NoSQL: answers with a list, of which it says that it begins 30 days ago
  /// (OTCD/geminidb, querying tasks and details).
  package static let geminidb = database(
    "geminidb", .databaseList, words: databaseWords.merging(scheduled) { $1 },
    kept: RetentionPolicy(finished: .days(30)), hosts: .geminidb)

  // MARK: Others

  /// Distributed Database Middleware.
  ///
  /// Its list of tasks (OTCD/distributed-database-middleware, querying information about tasks) has
  /// words for sharding. A task that is expanding, cancelling, rolling back or switching is at work, and
  /// one in ToBeSwitched waits for a person to switch or cancel it. RollbackSuccess, RollbackFail and
  /// CancelSuccess are ends by what they say. It also answers in the words of the job framework.
  package static let ddm = CloudService(
    "ddm", .path("/v3"), .middleware,
    words: databaseWords.merging(
      [
        "Expanding": .running, "Canceling": .running, "Rollbacking": .running,
        "ToBeSwitched": .running, "Switching": .running, "RollbackSuccess": .failed,
        "RollbackFail": .failed, "CancelSuccess": .failed, "INIT": .pending,
        "SUCCESS": .succeeded, "FAIL": .failed,
      ]) { $1 },
    // "The task is not found" (OTCD/distributed-database-middleware, error codes).
    absent: ["DBS.300400"], hosts: .ddm)

  /// Cloud Container Engine. Its error code is that of any missing resource; this address names
  /// no other than the job (OTCD/cloud-container-engine, error codes).
  package static let cce = CloudService(
    "cce", .path("/api/v3/projects"), .container,
    words: [
      "Initializing": .pending, "Running": .running, "Success": .succeeded, "Failed": .failed,
    ],
    absent: ["CCE.01404001"], hosts: .cce)
}
