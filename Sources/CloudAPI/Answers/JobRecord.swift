/// The record of a job as it stands in an answer, before anything is made of it. Members that are
/// missing, null or of another type than documented are nothing; members that are not known are
/// passed over.
struct JobRecord {
  var jobID: String?
  var jobType: String?
  var status: String?
  /// It stands behind a fault of the JSON, and may be of a text that is quoted there.
  var isStatusGuess = false
  var beginTime: String?
  var endTime: String?
  var errorCode: String?
  var failReason: String?
  var objects = JobObjects()

  /// Of an answer that holds none.
  init() {}

  init(_ object: JSONObject, of service: CloudService) {
    let layout = service.layout
    jobID = object.text(at: layout.jobID)
    jobType = object.text(at: layout.jobType)
    status = object.text(at: layout.status)
    isStatusGuess = object.member(at: layout.status)?.isGuess ?? false
    beginTime = object.text(at: layout.begin)
    endTime = object.text(at: layout.end)
    errorCode = object.text(at: layout.errorCode)
    failReason = object.member(at: layout.failReason)?.value.spokenText
    objects = JobObjects(in: object, of: service)
  }
}

/// What a job works on: ids and the like by name, and the jobs it is made of.
struct JobObjects {
  /// Objects within objects that are looked into; real records need one.
  private static let depthLimit = 3

  private(set) var scalars: [String: String] = [:]
  /// The records of the jobs that it is made of, each of which may be made of others.
  private(set) var parts: [JSONObject] = []

  init() {}

  init(in record: JSONObject, of service: CloudService) {
    let layout = service.layout
    var totals = [record.text(RecordLayout.partsTotal)]
    for member in record.members where RecordLayout.parts.contains(member.name) {
      parts += Self.records(in: member.value, layout)
    }
    for place in layout.objects {
      for object in objects(in: record[place.name]?.unwrapped, place, service) {
        totals.append(object.text(RecordLayout.partsTotal))
        take(object, at: place, layout)
      }
    }
    if let progress = record.text(at: layout.progress) { scalars["progress"] = progress }
    // Kept where it says something: parts that are not listed.
    if let total = totals.compactMap(\.self).first, Int(total) != parts.count {
      scalars[RecordLayout.partsTotal] = total
    }
  }

  /// The objects of a place: one, or a list of them, in which parts may stand without a list of their own.
  private mutating func objects(
    in value: JSONValue?, _ place: RecordLayout.Objects, _ service: CloudService
  ) -> [JSONObject] {
    guard let elements = value?.list else { return value?.object.map { [$0] } ?? [] }
    if let text = Self.joined(elements) { put(text, place.name) }
    var objects: [JSONObject] = []
    for object in Self.flattened(elements) {
      if Self.isRecord(object, service) { parts.append(object) } else { objects.append(object) }
    }
    return objects
  }

  /// The objects in a list, and in the lists in it.
  private static func flattened(_ elements: [JSONValue], depth: Int = 0) -> [JSONObject] {
    guard depth < depthLimit else { return [] }
    return elements.flatMap { element -> [JSONObject] in
      let value = element.unwrapped
      return value?.object.map { [$0] } ?? flattened(value?.list ?? [], depth: depth + 1)
    }
  }

  /// Tells a part from a thing that a job works on, which may have an id and a status, too: of its own kind, `ACTIVE`.
  private static func isRecord(_ object: JSONObject, _ service: CloudService) -> Bool {
    let layout = service.layout
    guard let status = object.text(at: layout.status) else { return false }
    if object.text("job_id") != nil { return true }
    return service.state(of: status) != nil
      && [layout.jobID, layout.jobType, layout.errorCode, layout.failReason]
        .contains { object.text(at: $0) != nil }
  }

  private mutating func take(
    _ object: JSONObject, at place: RecordLayout.Objects, _ layout: RecordLayout
  ) {
    for member in object.members
    where member.name != RecordLayout.partsTotal && !place.without.contains(member.name) {
      add(member, prefix: place.prefix, layout, depth: 0)
    }
  }

  /// A scalar under its own name behind the names of the objects around it, a list of scalars as one
  /// text.
  private mutating func add(
    _ member: JSONObject.Member, prefix: String, _ layout: RecordLayout, depth: Int
  ) {
    if RecordLayout.parts.contains(member.name) {
      parts += Self.records(in: member.value, layout)
      return
    }
    let name = prefix.isEmpty ? member.name : "\(prefix)_\(member.name)"
    switch member.value {
    case .object(let inner):
      guard depth < Self.depthLimit else { return }
      for member in inner.members { add(member, prefix: name, layout, depth: depth + 1) }
    case .list(let elements):
      if let text = Self.joined(elements) { put(text, name) }
      for member in Self.flattened(elements).flatMap(\.members)
      where RecordLayout.parts.contains(member.name) {
        parts += Self.records(in: member.value, layout)
      }
    default:
      if let text = member.value.text { put(text, name) }
    }
  }

  /// Of two that come out under one name, as the ids of a list of objects do, both are kept.
  private mutating func put(_ text: String, _ name: String) {
    guard let present = scalars[name] else {
      scalars[name] = text
      return
    }
    guard present.utf8.count < JSONObject.textLimit,
      !present.split(separator: " ").contains(text[...])
    else { return }
    scalars[name] = JSONObject.cut("\(present) \(text)")
  }

  /// The texts of a list as one text; nil if it has none.
  private static func joined(_ elements: [JSONValue]) -> String? {
    var texts: [String] = []
    for case .string(let text) in elements.prefix(JSONObject.textLimit) where !text.isEmpty {
      texts.append(text)
    }
    return texts.isEmpty ? nil : JSONObject.cut(texts.joined(separator: " "))
  }

  /// The records that a member for parts holds: a list of them, one alone, several by their names, or any of these
  /// as a text of JSON. An element that is none does not hide those around it.
  private static func records(
    in value: JSONValue, _ layout: RecordLayout, depth: Int = 0
  ) -> [JSONObject] {
    guard depth < depthLimit, let value = value.unwrapped else { return [] }
    if let elements = value.list {
      return elements.flatMap { element in
        element.object.map { [$0] } ?? records(in: element, layout, depth: depth + 1)
      }
    }
    guard let object = value.object else { return [] }
    if object.text(at: layout.status) != nil || object.text(at: layout.jobID) != nil {
      return [object]
    }
    return object.members.flatMap { member in
      member.value.object.map { [$0] } ?? records(in: member.value, layout, depth: depth + 1)
    }
  }
}
