/// The things that a job works on, by name, and the parts that it is made of.
struct JobObjects {
  /// Objects within objects that are looked into; real records need one.
  private static let depthLimit = 3

  private(set) var scalars: [String: String] = [:]
  /// The records of the parts. Each may have parts of its own.
  private(set) var parts: [JSONObject] = []
  private let service: CloudService

  private var layout: RecordLayout { service.layout }

  init(in record: JSONObject, of service: CloudService) {
    self.service = service
    var totals = [record.text(RecordLayout.partsTotal)]
    addParts(of: record.members)
    for place in layout.objects {
      for object in objects(in: record[place.name]?.unwrapped, place) {
        totals.append(object.text(RecordLayout.partsTotal))
        for member in object.members
        where member.name != RecordLayout.partsTotal && !place.without.contains(member.name) {
          add(member, prefix: place.prefix, depth: 0)
        }
      }
    }
    if let progress = record.text(at: layout.progress) { scalars["progress"] = progress }
    // Kept only where it says something: that parts are not listed.
    if let total = totals.compactMap(\.self).first, Int(total) != parts.count {
      scalars[RecordLayout.partsTotal] = total
    }
  }

  /// The objects of a place: one, or a list of them, in which parts may stand without a list of their own.
  private mutating func objects(in value: JSONValue?, _ place: RecordLayout.Objects) -> [JSONObject] {
    guard let elements = value?.list else { return value?.object.map { [$0] } ?? [] }
    if let text = Self.joined(elements) { put(text, place.name) }
    var objects: [JSONObject] = []
    for object in Self.flattened(elements) {
      if isRecord(object) { parts.append(object) } else { objects.append(object) }
    }
    return objects
  }

  private static func flattened(_ elements: [JSONValue], depth: Int = 0) -> [JSONObject] {
    guard depth < depthLimit else { return [] }
    return elements.flatMap { element -> [JSONObject] in
      let value = element.unwrapped
      return value?.object.map { [$0] } ?? flattened(value?.list ?? [], depth: depth + 1)
    }
  }

  /// Tells a part from a thing that a job works on, which may also have an id and a status of its own kind, `ACTIVE`.
  private func isRecord(_ object: JSONObject) -> Bool {
    guard let status = object.text(at: layout.status) else { return false }
    if object.text("job_id") != nil { return true }
    return service.state(of: status) != nil
      && [layout.jobID, layout.jobType, layout.errorCode, layout.failReason]
        .contains { object.text(at: $0) != nil }
  }

  /// Adds a scalar under its own name behind the names of the objects around it, and a list of scalars as one text.
  private mutating func add(_ member: JSONObject.Member, prefix: String, depth: Int) {
    if RecordLayout.parts.contains(member.name) { return addParts(of: [member]) }
    let name = prefix.isEmpty ? member.name : "\(prefix)_\(member.name)"
    switch member.value {
    case .object(let inner):
      guard depth < Self.depthLimit else { return }
      for member in inner.members { add(member, prefix: name, depth: depth + 1) }
    case .list(let elements):
      if let text = Self.joined(elements) { put(text, name) }
      addParts(of: Self.flattened(elements).flatMap(\.members))
    default:
      if let text = member.value.text { put(text, name) }
    }
  }

  private mutating func addParts(of members: [JSONObject.Member]) {
    for member in members where RecordLayout.parts.contains(member.name) { parts += records(in: member.value) }
  }

  /// Keeps both of two texts under one name, as the ids of a list of objects are.
  private mutating func put(_ text: String, _ name: String) {
    guard let present = scalars[name] else {
      scalars[name] = text
      return
    }
    guard present.utf8.count < JSONObject.textLimit, !present.split(separator: " ").contains(text[...]) else { return }
    scalars[name] = JSONObject.cut("\(present) \(text)")
  }

  /// The texts of a list as one text; nil if it has none.
  private static func joined(_ elements: [JSONValue]) -> String? {
    let texts = elements.prefix(JSONObject.textLimit).compactMap(\.string).filter { !$0.isEmpty }
    return texts.isEmpty ? nil : JSONObject.cut(texts.joined(separator: " "))
  }

  /// The records that a member for parts holds: a list of them, one alone, several by their names, or any of these
  /// as a text of JSON. Elements that are no records are passed over.
  private func records(in value: JSONValue, depth: Int = 0) -> [JSONObject] {
    guard depth < Self.depthLimit, let value = value.unwrapped else { return [] }
    if let object = value.object, object.text(at: layout.status) != nil || object.text(at: layout.jobID) != nil {
      return [object]
    }
    let elements = value.list ?? value.object?.members.map(\.value) ?? []
    return elements.flatMap { element in
      element.object.map { [$0] } ?? records(in: element, depth: depth + 1)
    }
  }
}
