import Foundation

/// The record of a job as it stands in an answer, before anything is made of it. Members that are
/// missing, null or of another type than documented are nothing; members that are not known are
/// passed over.
struct JobRecord: DecodableWithConfiguration {
  var jobID: String?
  var jobType: String?
  var status: String?
  var beginTime: String?
  var endTime: String?
  var errorCode: String?
  var failReason: String?
  var objects = JobObjects()

  /// Of an answer that holds none.
  init() {}

  /// In the layout of `service`.
  init(from decoder: any Decoder, configuration service: CloudService) throws {
    let fields = try decoder.container(keyedBy: FieldKey.self)
    jobID = fields.text(at: service.layout.jobID)
    jobType = fields.text(at: service.layout.jobType)
    status = fields.text(at: service.layout.status)
    beginTime = fields.text(at: service.layout.begin)
    endTime = fields.text(at: service.layout.end)
    errorCode = fields.text(at: service.layout.errorCode)
    failReason = fields.text(at: service.layout.failReason)
    objects = JobObjects(in: fields, of: service)
  }
}

/// What a job works on: ids and the like by name, and the jobs it is made of.
struct JobObjects {
  /// Objects within objects that are looked into; real records need one.
  private static let depthLimit = 3
  /// Ten times what has been seen. The largest answer has room for a million empty ones, which would
  /// take half a gigabyte.
  private static let partLimit = 10_000

  var scalars: [String: String] = [:]
  var subJobs: [JobRecord] = []

  init() {}

  init(in fields: KeyedDecodingContainer<FieldKey>, of service: CloudService) {
    for place in service.layout.objects {
      guard let members = fields.object(place.key) else { continue }
      for key in members.sortedKeys where !place.without.contains(key) {
        if key == place.subJobs {
          subJobs = Self.records(members.list(key), service)
        } else {
          add(key, of: members, prefix: place.prefix, depth: 0)
        }
      }
    }
    if let progress = fields.text(at: service.layout.progress) { scalars["progress"] = progress }
  }

  /// A scalar under its own name behind the names of the objects around it, a list of scalars as one
  /// text. The first of two that come out under one name stays.
  private mutating func add(
    _ key: FieldKey, of fields: KeyedDecodingContainer<FieldKey>, prefix: String, depth: Int
  ) {
    let name = prefix.isEmpty ? key.stringValue : "\(prefix)_\(key.stringValue)"
    if let text = fields.text(key) {
      if scalars[name] == nil { scalars[name] = text }
    } else if let inner = fields.object(key) {
      guard depth < Self.depthLimit else { return }
      for key in inner.sortedKeys { add(key, of: inner, prefix: name, depth: depth + 1) }
    } else if var list = fields.list(key) {
      var texts: [String] = []
      while !list.isAtEnd, let text = try? list.decode(String.self) { texts.append(text) }
      if !texts.isEmpty, scalars[name] == nil {
        scalars[name] = String(
          texts.joined(separator: " ").unicodeScalars.prefix(FieldKey.textLimit))
      }
    }
  }

  /// The elements as far as they are records.
  private static func records(
    _ list: (any UnkeyedDecodingContainer)?, _ service: CloudService
  ) -> [JobRecord] {
    var records: [JobRecord] = []
    guard var list else { return records }
    // A decoder of its own moves on, whatever becomes of the element.
    while !list.isAtEnd, records.count < partLimit, let element = try? list.superDecoder() {
      if let record = try? JobRecord(from: element, configuration: service) {
        records.append(record)
      }
    }
    return records
  }
}
