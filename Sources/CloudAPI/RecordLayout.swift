/// How a service writes a job's record: where it stands in the answer, and what its members are
/// called. Bodies of each are in the tests.
struct RecordLayout: Sendable {
  enum Place: Sendable {
    /// The answer is the record.
    case root
    /// `{"job": {…}}`
    case member(FieldKey)
    /// `{"jobs": [{…}]}`: a list of one, or of none where there is no such job.
    case first(FieldKey)
  }

  /// An object whose scalars say what the job works on.
  struct Objects: Sendable {
    var key: FieldKey
    /// Put before the names of its members, with an underscore: `instance_id`.
    var prefix = ""
    /// Of its members, those that say nothing of their own.
    var without: [FieldKey] = []
    /// The member that lists the jobs that this one is made of; each has the layout of the whole.
    var subJobs: FieldKey?
  }

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

  private static func entities(subJobs: FieldKey) -> Objects {
    Objects(key: "entities", without: ["sub_jobs_total"], subJobs: subJobs)
  }

  /// ECS and its siblings (cloud-api, section 1).
  static let classic = flat([entities(subJobs: "sub_jobs")])

  /// IMS lists its parts under another name, and their ids once more (OTCD/image-management-service,
  /// querying the status of an asynchronous job).
  static let image = flat([
    Objects(key: "entities", without: ["sub_jobs_list"], subJobs: "sub_jobs_result")
  ])

  /// DCS: the same without entities; its times are milliseconds (cloud-api, section 2).
  static let cache = flat([])

  private static func task(
    _ place: Place, begin: FieldPath, end: FieldPath, progress: FieldPath,
    more objects: [Objects] = []
  ) -> RecordLayout {
    RecordLayout(
      place: place, jobID: "id", jobType: "name", status: "status", begin: begin, end: end,
      failReason: "fail_reason", progress: progress,
      objects: [Objects(key: "instance", prefix: "instance")] + objects)
  }

  /// RDS and TaurusDB. What is in `entities` depends on the task.
  static let relational = task(
    .member("job"), begin: "created", end: "ended", progress: "process",
    more: [Objects(key: "entities")])

  /// GaussDB and DDS.
  static let database = task(
    .member("job"), begin: "created", end: "ended", progress: "progress")

  /// GeminiDB.
  static let databaseList = task(
    .first("jobs"), begin: "start_time", end: "end_time", progress: "progress")

  /// DDM; it documents no reason of a failure, but would hardly call it otherwise.
  static let middleware = task(
    .member("job"), begin: "created_time", end: "end_time", progress: "process")

  /// CCE, in the manner of Kubernetes. The end is the time of the last change.
  static let container = RecordLayout(
    jobID: "metadata.uid", jobType: "spec.type", status: "status.phase",
    begin: "metadata.creationTimestamp", end: "metadata.updateTimestamp",
    failReason: "status.reason",
    objects: [Objects(key: "spec", without: ["type"], subJobs: "subJobs")])
}
