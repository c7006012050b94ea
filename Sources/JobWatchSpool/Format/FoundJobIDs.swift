import CloudAPI

/// The ids of jobs that a JSON object holds, and their place.
struct FoundJobIDs {
  var ids: [String]
  /// The job's URL, where it stands instead of the id or beside it.
  var address: JobAddress?
  /// An id stands under `job_id` at the top, as in a submission of our own.
  var isPlain: Bool
  /// The object in which they were found, if it is not the outermost.
  var inner: Fields?

  typealias Fields = [String: SpoolField]

  static let names = ["job_id", "jobId", "jobID", "JobId"]
  static let listNames = ["job_ids", "jobIds", "jobIDs", "JobIds"]
  private static let addressNames = ["url", "job_url", "jobUrl", "href", "uri"]
  /// Members that hold other jobs' ids, or none.
  private static let opaque: Set<String> = ["entities", "labels"]
  /// Lists whose members are replies or records of their own.
  static let collections = ["jobs", "items", "data"]

  static let keys = Set(names + listNames + addressNames)

  /// Nil: there is none.
  static func find(in fields: Fields) throws(Unacceptable) -> FoundJobIDs? {
    guard var place = try direct(fields) else {
      guard let address = address(fields), let query = address.anyQuery else { return try wrapped(fields) }
      return FoundJobIDs(ids: [query.jobID], address: address, isPlain: false)
    }
    let others = try beside(fields)
    place.isPlain = place.isPlain && others.isEmpty
    place.ids = distinct(place.ids + others)
    try place.checkAddress()
    if let other = try wrapped(fields), !Set(other.ids).isSubset(of: place.ids) {
      throw Unacceptable(
        "the id \(SpoolSubmission.shown(place.ids[0])) stands beside \(SpoolSubmission.shown(other.ids[0])) of "
          + "another job in an object: submit them one by one")
    }
    // A job's URL beside the id tells its service.
    if place.ids.count == 1, place.address == nil,
      let address = address(fields), address.anyQuery?.jobID == place.ids[0]
    {
      place.address = address
    }
    return place
  }

  private func checkAddress() throws(Unacceptable) {
    guard address != nil, ids.count > 1 else { return }
    throw Unacceptable("a URL stands beside the ids of other jobs: submit them one by one")
  }

  /// The members of a list of replies or records; nil: the object is none.
  static func members(of fields: Fields, isNested: Bool = false) throws(Unacceptable) -> [SpoolField]? {
    for key in collections {
      if fields[key] == .excessive { throw Unacceptable(tooMany(in: key)) }
      guard case .list(let members) = fields[key] else { continue }
      if key == "jobs", members.allSatisfy(\.isText) { return members }
      if members.allSatisfy(\.isObject) { return key == "jobs" ? members.map(named) : members }
    }
    guard !isNested else { return nil }
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) where !opaque.contains(key) {
      if case .object(let inner) = value, case .list(let jobs) = inner["jobs"], !jobs.isEmpty {
        return try members(of: ["jobs": .list(jobs)], isNested: true)
      }
    }
    return nil
  }

  /// A record of the databases calls the job's id `id`.
  private static func named(_ member: SpoolField) -> SpoolField {
    guard case .object(var fields) = member, fields["job_id"] == nil, let id = fields["id"],
      id.isText
    else { return member }
    fields["jobId"] = id
    return .object(fields)
  }

  /// Reads all the names, because a reply may have the id of one job under one, and other jobs' under another.
  private static func direct(_ fields: Fields) throws(Unacceptable) -> FoundJobIDs? {
    var found: [(name: String, word: String)] = []
    for name in names + listNames {
      found += try words(fields[name] ?? .null, name).map { (name, $0) }
    }
    var place = FoundJobIDs(ids: [], isPlain: found.allSatisfy { $0.name == names[0] })
    for (_, word) in found {
      if let address = JobAddress(word) {
        guard let query = address.anyQuery else { throw Unacceptable(noQuery(word)) }
        place.ids.append(query.jobID)
        place.address = address
      } else {
        place.ids.append(word)
      }
    }
    place.ids = distinct(place.ids)
    try place.checkAddress()
    return place.ids.isEmpty ? nil : place
  }

  private static func distinct(_ ids: [String]) -> [String] {
    var known: Set<String> = []
    return ids.filter { known.insert($0).inserted }
  }

  private static func words(_ value: SpoolField, _ name: String) throws(Unacceptable) -> [String] {
    switch value {
    case .null, .text(""): return []
    case .text(let word): return [word]
    case .list(let members):
      var words: [String] = []
      for (index, member) in members.enumerated() {
        guard case .text(let word) = member else {
          throw Unacceptable("id \(index + 1) of \(name) must be text in quotes, not \(member.noun)")
        }
        words.append(word)
      }
      return words
    case .excessive where listNames.contains(name): throw Unacceptable(tooMany(in: name))
    default:
      let form = listNames.contains(name) ? "a list of ids" : "text"
      throw Unacceptable("\(name) must be \(form) in quotes, not \(value.noun)")
    }
  }

  /// The ids of the records in a list beside the id, which are jobs like it.
  private static func beside(_ fields: Fields) throws(Unacceptable) -> [String] {
    var ids: [String] = []
    for case .object(let record) in try members(of: fields, isNested: true) ?? [] {
      ids += try direct(record)?.ids ?? []
    }
    return ids
  }

  private static func address(_ fields: Fields) -> JobAddress? {
    for case .text(let text)? in addressNames.map({ fields[$0] }) {
      if let address = JobAddress(text), address.anyQuery != nil { return address }
    }
    return nil
  }

  /// Looks one object deeper, whatever its name.
  private static func wrapped(_ fields: Fields) throws(Unacceptable) -> FoundJobIDs? {
    var found: [(key: String, place: FoundJobIDs)] = []
    for (key, value) in fields.sorted(by: { $0.key < $1.key }) where !opaque.contains(key) {
      guard case .object(let inner) = key == "job" ? named(value) : value,
        var place = try direct(inner)
      else { continue }
      (place.inner, place.isPlain) = (inner, false)
      found.append((key, place))
    }
    guard let first = found.first else { return nil }
    if let other = found.first(where: { Set($0.place.ids) != Set(first.place.ids) }) {
      throw Unacceptable("\(first.key) and \(other.key) hold ids of different jobs: submit them one by one")
    }
    return first.place
  }

  private static func tooMany(in key: String) -> String {
    "\(key) holds more than \(SpoolFile.jobLimit) jobs: split it into files of at most "
      + "\(SpoolFile.jobLimit)"
  }

  static func noQuery(_ text: String) -> String {
    "the URL \(text.prefix(200)) is not that of a job: one ends in /v1/PROJECT/jobs/ID, or in "
      + "/v3/PROJECT/jobs?id=ID for the databases"
  }
}
