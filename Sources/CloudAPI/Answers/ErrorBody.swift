import JobWatchCore

/// The error in the body of a refused request. The clouds have these shapes for it:
///
/// ```
/// {"error_code", "error_msg", "request_id"}         gateway, DCS
/// {"errorCode", "errorMsg"}
/// {"errorCode", "errorMessage"}                     CCE
/// {"errCode", "externalMessage"}                    DDM
/// {"code", "message"}
/// {"error": {"code", "message", "details": […]}}    ECS, DCS v1, IAM (where code is a number)
/// {"error": {…}, "internalError": […]}              ECS batch calls
/// ```
/// They are tried in the order of the vendor's SDK (exception_handler.py of
/// https://github.com/huaweicloud/huaweicloud-sdk-python-v3), then one object deeper.
package struct ErrorBody: Sendable, Hashable {
  var code: String
  /// As sent, however long; empty if there is none.
  var message: String
  var requestID: String?

  /// Nil if `body` is not JSON or names no code.
  package init?(_ body: [UInt8]) {
    var looks = Self.lookLimit
    guard let object = JSONObject(body), let found = Self.search(object, depth: 0, &looks) else { return nil }
    (code, message) = found
    requestID = object.text("request_id")
  }

  private static let pairs = [
    ("error_code", "error_msg"), ("errorCode", "errorMsg"), ("errorCode", "errorMessage"),
    ("errCode", "externalMessage"), ("code", "message"),
  ]
  /// Objects within objects that are looked into; real answers need one.
  private static let depthLimit = 3
  private static let memberLimit = 100
  /// Members in all that are looked into: the largest answer has room for a million objects.
  private static let lookLimit = 300

  private static func search(_ object: JSONObject, depth: Int, _ looks: inout Int) -> (code: String, message: String)? {
    for (code, message) in pairs {
      if let code = object.text(code), let message = object.text(message) {
        return (code, message)
      }
    }
    // None of the shapes has very many members.
    if depth < depthLimit, object.members.count <= memberLimit {
      // Sorted, because `error` comes before `internalError`.
      for member in object.members.sorted(by: { $0.name < $1.name }) where looks > 0 {
        looks -= 1
        if let nested = member.value.object, let found = search(nested, depth: depth + 1, &looks) { return found }
      }
    }
    return pairs.lazy.compactMap { object.text($0.0) }.first.map { ($0, "") }
  }

  func summary(of response: HTTPResponse) -> String { "HTTP \(response.status), \(code): \(message)" }

  /// Whether the gateway found the signature's date too far from its own clock:
  /// `signature expired, signature time:20211217T064303Z,server time:20211217T065804Z`.
  var saysSignatureExpired: Bool {
    TextScanner(behind: "signature expired", in: message) != nil
  }

  /// The gateway's clock in such a message.
  var serverTime: Timestamp? {
    guard var scanner = TextScanner(behind: "server time:", in: message) else { return nil }
    scanner.skipBlanks()
    return SigningDate.read(&scanner)
  }
}
