import JobWatchCore

/// The record of a job as it stands in an answer, before anything is made of it. Members that are
/// missing, null or of another type than documented are nothing; members that are not known are
/// passed over.
struct JobRecord: Decodable {
  var jobID: String?
  var jobType: String?
  var status: String?
  var beginTime: String?
  var endTime: String?
  var errorCode: String?
  var failReason: String?
  var entities: Entities

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: FieldKey.self)
    jobID = fields.text("job_id")
    jobType = fields.text("job_type")
    status = fields.text("status")
    beginTime = fields.text("begin_time")
    endTime = fields.text("end_time")
    errorCode = fields.text("error_code")
    failReason = fields.text("fail_reason")
    // Nil where it is missing or no object: DCS has none.
    entities = (try? fields.decodeIfPresent(Entities.self, forKey: "entities")) ?? Entities()
  }
}

/// What a job works on: ids by name, and the jobs it is made of.
struct Entities: Decodable {
  var scalars: [String: String] = [:]
  var subJobs: [JobRecord] = []

  init() {}

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: FieldKey.self)
    for key in fields.allKeys {
      switch key.stringValue {
      case "sub_jobs":
        subJobs = (try? fields.decodeIfPresent(Parts.self, forKey: key))?.records ?? []
      case "sub_jobs_total": break
      default: scalars[key.stringValue] = fields.text(key)
      }
    }
  }

  /// A list whose elements are taken as far as they are records.
  private struct Parts: Decodable {
    var records: [JobRecord] = []

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      while !list.isAtEnd {
        if try list.decodeNil() { continue }
        if let record = try? list.decode(JobRecord.self) {
          records.append(record)
        } else {
          // A failed attempt does not move on.
          _ = try list.decode(Anything.self)
        }
      }
    }
  }

  private struct Anything: Decodable {
    init(from decoder: any Decoder) {}
  }
}
