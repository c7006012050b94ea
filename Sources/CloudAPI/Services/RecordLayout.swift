/// How a service writes a job's record: where the record stands in the answer, and how its members are called. The
/// defaults are those of the job framework.
package struct RecordLayout: Sendable {
  package enum Place: Sendable {
    /// The answer is the record.
    case root
    /// `{"job": {…}}`
    case member(String)
    /// `{"jobs": [{…}]}`: a list of one record, or of none if there is no such job.
    case first(String)
  }

  /// An object whose scalars say what the job works on. All services may send a list of such objects instead, because
  /// EIP documents a list in its table and an object in its sample (ShowResourcesJobDetail, 2025-12-31).
  package struct Objects: Sendable {
    package var name: String
    /// Put before the names of the members, with an underscore: `instance_id`.
    package var prefix = ""
    /// Members that say nothing of their own.
    var without: Set<String> = []
  }

  /// The members of a record, or of its objects, that hold the record's parts: jobs of the same layout. One list serves
  /// all services, because no other member is called so.
  static let parts: Set<String> = ["sub_jobs", "sub_jobs_result", "subJobs"]
  static let partsTotal = "sub_jobs_total"

  package var place = Place.root
  package var jobID: FieldPath = "job_id"
  package var jobType: FieldPath = "job_type"
  package var status: FieldPath = "status"
  package var begin: FieldPath = "begin_time"
  package var end: FieldPath = "end_time"
  package var errorCode: FieldPath? = "error_code"
  package var failReason: FieldPath? = "fail_reason"
  /// `60` or `60%`, kept with the objects under the name `progress`.
  package var progress: FieldPath?
  package var objects = [Objects(name: "entities")]

  /// The tasks of the databases and of DDM. What is in `entities` depends on the task.
  static func task(_ place: Place, begin: FieldPath, end: FieldPath, progress: FieldPath) -> RecordLayout {
    RecordLayout(
      place: place, jobID: "id", jobType: "name", begin: begin, end: end, errorCode: nil, progress: progress,
      objects: [Objects(name: "instance", prefix: "instance"), Objects(name: "entities")])
  }
}

/// The way to a member of a JSON object, or of an object in it: `metadata.uid`.
package struct FieldPath: ExpressibleByStringLiteral, Hashable, Sendable {
  package let parent: String?
  package let name: String

  package init(stringLiteral value: String) {
    let names = value.split(separator: ".", maxSplits: 1).map(String.init)
    parent = names.count > 1 ? names[0] : nil
    name = names.last ?? value
  }
}

extension JSONObject {
  /// Nil without a path, or where the path leads nowhere.
  func member(at path: FieldPath?) -> Member? {
    guard let path else { return nil }
    guard let parent = path.parent else { return member(path.name) }
    return object(parent)?.member(path.name)
  }

  func text(at path: FieldPath?) -> String? { member(at: path)?.value.text }
}
