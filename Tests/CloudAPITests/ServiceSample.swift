import CloudAPI
import Foundation
import JobWatchCore
import Testing

/// One service as its pages document it, apart from the table that is tested: its address, its words, its hosts, how
/// long it keeps a record, and what its answers look like in every state. These are a captured body, whose status, end
/// and error are changed as the service documents them, because no body was captured of most states. A file of
/// `Vectors/services` for each.
struct ServiceSample: Decodable, Sendable, CustomTestStringConvertible {
  var service: String
  /// Where job `j` of project `p` is asked for.
  var address: String
  var keptDays: KeptDays
  /// The documented words and their states, in the manual's names of them: `WORD=state`, separated by blanks.
  var words: String
  /// The regions by patterns of endpoints, in which `*` stands for the region. Made from the vendor's SDK and Open
  /// Telekom Cloud's list of endpoints, see `ServiceHosts`.
  var hosts: [String: String]
  /// The body that is changed, of `Vectors/bodies`. It is another service's for DeH, which documents none.
  var sample: String
  /// The ways to the members, with an index for an element of a list.
  var status: String
  var end: String
  /// What the end holds before it, for services that do not write a time there.
  var open: String?
  /// The end, where the captured body is of a job that runs.
  var endTime: String?
  /// The members that tell a failure, if there are any.
  var errorCode: String?
  var failReason: String?
  /// The member that lists parts, where the service has one; any will do for the others.
  var partsName: String
  /// What was captured of it.
  var bodies: [CapturedBody]

  struct KeptDays: Decodable, Sendable {
    var finished: Int?
    var unpaid: Int?
  }

  var testDescription: String { service }

  var kept: RetentionPolicy {
    RetentionPolicy(finished: keptDays.finished.map { .days($0) }, unpaid: keptDays.unpaid.map { .days($0) })
  }

  static let folder = Bundle.module.bundleURL.appending(path: "Vectors/services")

  /// In the order of the table. A file that cannot be read is missing here, which a test of the bodies tells.
  static let all = CloudService.all.compactMap { try? of($0.name) }

  static func of(_ service: String) throws -> ServiceSample {
    try JSONDecoder().decode(ServiceSample.self, from: Data(contentsOf: folder.appending(path: "\(service).json")))
  }

  /// `WORD=state` pairs, separated by blanks.
  static func pairs(_ text: String) throws -> [(word: String, state: JobState)] {
    try text.split(whereSeparator: \.isWhitespace).map { pair in
      let halves = pair.split(separator: "=").map(String.init)
      return (halves[0], try #require(JobState(rawValue: halves[1])))
    }
  }

  func vocabulary() throws -> [String: JobState] {
    Dictionary(uniqueKeysWithValues: try Self.pairs(words).map { ($0.word, $0.state) })
  }

  /// The body of the job in the state that `word` means.
  func body(_ word: String) throws -> [UInt8] {
    let captured = Data(try CapturedBody.bytes(sample))
    let state = try vocabulary()[word]
    var json = try JSONSerialization.jsonObject(with: captured)
    json = Self.put(word, at: status, in: json)
    if let open, state?.isFinal == false { json = Self.put(open, at: end, in: json) }
    if state == .failed {
      if let errorCode { json = Self.put("X.0001", at: errorCode, in: json) }
      if let failReason { json = Self.put("no room", at: failReason, in: json) }
    }
    return Array(try JSONSerialization.data(withJSONObject: json))
  }

  private static func put(_ text: String, at path: String, in json: Any) -> Any {
    guard let name = path.split(separator: ".").first.map(String.init) else { return text }
    let rest = String(path.dropFirst(name.count + 1))
    if var list = json as? [Any], let index = Int(name) {
      list[index] = put(text, at: rest, in: list[index])
      return list
    }
    var members = json as? [String: Any] ?? [:]
    members[name] = put(text, at: rest, in: members[name] ?? [String: Any]())
    return members
  }
}
