/// How a service writes a job's record: where it stands in the answer, and what its members are
/// called. Bodies of each are in the tests.
struct RecordLayout: Sendable {
  enum Place: Sendable {
    /// The answer is the record.
    case root
    /// `{"job": {…}}`
    case member(String)
    /// `{"jobs": [{…}]}`: a list of one, or of none where there is no such job.
    case first(String)
  }

  /// An object whose scalars say what the job works on. EIP's table has a list of such objects in its place, and
  /// the object in its sample (vpc/eip, ShowResourcesJobDetail, 2025-12-31): taken from all services.
  struct Objects: Sendable {
    var name: String
    /// Put before the names of its members, with an underscore: `instance_id`.
    var prefix = ""
    /// Of its members, those that say nothing of their own.
    var without: Set<String> = []
  }

  /// The members, of a record or of its objects, that hold the jobs that it is made of; each has the
  /// layout of the whole. One list for all services: no other member is called so.
  static let parts: Set<String> = ["sub_jobs", "sub_jobs_result", "subJobs"]
  /// How many jobs it is made of, where a service says so.
  static let partsTotal = "sub_jobs_total"

  var place = Place.root
  var jobID: FieldPath
  var jobType: FieldPath
  var status: FieldPath
  var begin: FieldPath
  var end: FieldPath
  var errorCode: FieldPath?
  var failReason: FieldPath?
  /// `60` or `60%`, kept with the objects under the name `progress`.
  var progress: FieldPath?
  var objects: [Objects] = []
}

extension RecordLayout {
  private static func flat(_ objects: [Objects]) -> RecordLayout {
    RecordLayout(
      jobID: "job_id", jobType: "job_type", status: "status", begin: "begin_time",
      end: "end_time", errorCode: "error_code", failReason: "fail_reason", objects: objects)
  }

  /// ECS and its siblings (cloud-api, section 1).
  static let classic = flat([Objects(name: "entities", without: [partsTotal])])

  /// IMS lists its parts under another name, and their ids once more (OTCD/image-management-service,
  /// querying the status of an asynchronous job).
  static let image = flat([Objects(name: "entities", without: ["sub_jobs_list", partsTotal])])

  /// DCS: the same, and no entities are documented; its times are milliseconds (cloud-api, section 2).
  static let cache = classic

  private static func task(
    _ place: Place, begin: FieldPath, end: FieldPath, progress: FieldPath,
    more objects: [Objects] = []
  ) -> RecordLayout {
    RecordLayout(
      place: place, jobID: "id", jobType: "name", status: "status", begin: begin, end: end,
      failReason: "fail_reason", progress: progress,
      objects: [Objects(name: "instance", prefix: "instance")] + objects)
  }

  /// RDS and TaurusDB. What is in `entities` depends on the task.
  static let relational = task(
    .member("job"), begin: "created", end: "ended", progress: "process",
    more: entities)

  /// Documented for the former two only.
  private static let entities = [Objects(name: "entities", without: [partsTotal])]

  /// GaussDB and DDS.
  static let database = task(
    .member("job"), begin: "created", end: "ended", progress: "progress", more: entities)

  /// GeminiDB.
  static let databaseList = task(
    .first("jobs"), begin: "start_time", end: "end_time", progress: "progress", more: entities)

  /// DDM; it documents no reason of a failure, but would hardly call it otherwise.
  static let middleware = task(
    .member("job"), begin: "created_time", end: "end_time", progress: "process", more: entities)

  /// CCE, in the manner of Kubernetes. The end is the time of the last change.
  static let container = RecordLayout(
    jobID: "metadata.uid", jobType: "spec.type", status: "status.phase",
    begin: "metadata.creationTimestamp", end: "metadata.updateTimestamp",
    failReason: "status.reason",
    objects: [Objects(name: "spec", without: ["type", partsTotal])])
}
