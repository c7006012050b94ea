/// What the body of a refused request says. The clouds have these shapes for it (cloud-api, section
/// 1; CCE and DDM: OTCD/cloud-container-engine and /distributed-database-middleware):
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
/// They are tried in the order of the vendor's SDK, then one object deeper.
package struct ErrorBody: Sendable, Hashable {
  package var code: String
  /// As sent, however long; empty if there is none.
  package var message: String
  package var requestID: String?

  /// Nil if `body` is not JSON or names no code.
  package init?(_ body: [UInt8]) {
    guard let object = JSONObject(body) else { return nil }
    var looks = Self.lookLimit
    guard let (code, message) = Self.search(object, depth: 0, &looks) else { return nil }
    self.code = code
    self.message = message
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

  /// Sorted, so that `error` comes before `internalError`. An object with very many members is none of
  /// the shapes.
  private static func promising(_ object: JSONObject) -> [JSONObject.Member] {
    object.members.count > memberLimit ? [] : object.members.sorted { $0.name < $1.name }
  }

  private static func search(
    _ object: JSONObject, depth: Int, _ looks: inout Int
  ) -> (code: String, message: String)? {
    for (code, message) in pairs {
      if let code = object.text(code), let message = object.text(message) {
        return (code, message)
      }
    }
    if depth < depthLimit {
      for member in promising(object) where looks > 0 {
        looks -= 1
        if let nested = member.value.object, let found = search(nested, depth: depth + 1, &looks) {
          return found
        }
      }
    }
    return pairs.lazy.compactMap { object.text($0.0) }.first.map { ($0, "") }
  }
}
