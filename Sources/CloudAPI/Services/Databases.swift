import JobWatchCore

/// The databases: `/v3/{project_id}/jobs?id={job_id}`.
extension CloudService {
  package static let databases = [rds, taurusdb, gaussdb, dds, geminidb]

  private static func service(
    _ name: String, _ layout: RecordLayout, more words: [String: JobState] = [:],
    absent: [String] = [], kept: RetentionPolicy = month, hosts: ServiceHosts
  ) -> CloudService {
    let common: [String: JobState] = [
      "Running": .running, "Completed": .succeeded, "Failed": .failed,
    ]
    return CloudService(
      name, "/v3/{project_id}/jobs?id={job_id}", layout, words: common.merging(words) { $1 },
      absent: [jobNotFound] + absent,
      replies: ["datastore", "instance.datastore", "job.created", "job.process"] + instanceReplies, kept: kept,
      hosts: hosts)
  }

  /// "The job does not exist", among the error codes of relational-database-service, taurusdb and gaussdb-opengauss
  /// (https://github.com/opentelekomcloud-docs). DDS and GeminiDB list no code of their own; theirs are of the same
  /// `DBS.` series.
  private static let jobNotFound = "DBS.200543"
  /// "Of the last month": the shortest one.
  private static let month = RetentionPolicy(finished: .days(28))
  /// Tasks that are put off and may be called off: TaurusDB (ShowGaussMySqlJobInfo, 2026-02-10), and the scheduled ones
  /// of GeminiDB (nosql_10_0102, 2025-11-27).
  private static let scheduled: [String: JobState] = ["Pending": .pending, "Canceled": .failed]

  /// Of every service whose jobs are about an instance.
  static let instanceReplies: [FieldPath] = ["instance_id", "instances", "instance.id"]

  private static func task(progress: FieldPath) -> RecordLayout {
    .task(.member("job"), begin: "created", end: "ended", progress: progress)
  }

  /// Relational Database Service. One of its samples says "Complete".
  package static let rds = service(
    "rds", task(progress: "process"), more: ["Complete": .succeeded], absent: ["RDS.5041"],
    hosts: ServiceHosts(label: "rds", isEuropean: true, telekom: ["rds": "eu-de eu-nl"]))

  /// TaurusDB, once GaussDB(for MySQL). An unauthorized task waits for a person to authorize it.
  package static let taurusdb = service(
    "taurusdb", task(progress: "process"),
    more: scheduled.merging(["Unauthorized": .pending]) { $1 },
    hosts: ServiceHosts(
      label: "gaussdb",
      labels: [
        "gaussdb-mysql": "af-south-1 cn-east-5 cn-southwest-3 la-north-2",
        "gaussdbformysql": "ap-southeast-1 ap-southeast-2 cn-north-11 me-east-1 tr-west-1",
      ],
      missing: """
        ae-ad-1 af-north-1 ap-southeast-5 cn-east-2 cn-east-4 cn-north-1 cn-north-12 cn-south-2
        eu-west-0 eu-west-101 la-south-2 my-kualalumpur-1 na-mexico-1 ru-moscow-1
        """,
      telekom: ["gaussdb-mysql": "eu-de"]))

  /// GaussDB, in endpoints also "opengauss".
  package static let gaussdb = service(
    "gaussdb", task(progress: "progress"),
    hosts: ServiceHosts(
      label: "gaussdb-opengauss",
      labels: [
        "gaussdb":
          "af-north-1 ap-southeast-5 cn-east-2 cn-east-4 cn-east-5 cn-north-12 me-east-1 tr-west-1"
      ],
      missing: """
        ae-ad-1 cn-north-1 cn-north-11 cn-southwest-3 eu-west-0 eu-west-101 my-kualalumpur-1
        na-mexico-1 ru-moscow-1
        """))

  /// Document Database Service.
  package static let dds = service(
    "dds", task(progress: "progress"),
    hosts: ServiceHosts(label: "dds", isEuropean: true, telekom: ["dds": "eu-de eu-nl"]))

  /// GeminiDB, once GaussDB NoSQL. It answers with a list, which begins 30 days ago
  /// (https://github.com/opentelekomcloud-docs/geminidb, querying tasks and details).
  package static let geminidb = service(
    "geminidb",
    .task(.first("jobs"), begin: "start_time", end: "end_time", progress: "progress"),
    more: scheduled, kept: RetentionPolicy(finished: .days(30)),
    hosts: ServiceHosts(
      label: "gaussdb-nosql",
      missing: """
        ae-ad-1 af-north-1 cn-east-5 cn-north-12 eu-west-0 my-kualalumpur-1 na-mexico-1
        """,
      isEuropean: true, telekom: ["gaussdb-nosql": "eu-de"]))
}
