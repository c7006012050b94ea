import Foundation

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

  private static let decoder = JSONDecoder()

  /// Nil if `body` is not JSON or names no code.
  package init?(_ body: [UInt8]) {
    // Nothing in the error is of use: the body itself is kept as evidence.
    guard let found = try? Self.decoder.decode(Search.self, from: Data(body)).found else {
      return nil
    }
    self = found
  }

  private init(code: String, message: String, requestID: String?) {
    self.code = code
    self.message = message
    self.requestID = requestID
  }

  private struct Search: Decodable {
    private static let pairs: [(code: FieldKey, message: FieldKey)] = [
      ("error_code", "error_msg"), ("errorCode", "errorMsg"), ("errorCode", "errorMessage"),
      ("errCode", "externalMessage"), ("code", "message"),
    ]
    /// Objects within objects that are looked into; real answers need one.
    private static let depthLimit = 3
    private static let memberLimit = 100
    /// Members in all that are looked into: the largest answer has room for a million objects.
    private static let lookLimit = 300

    var found: ErrorBody?

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: FieldKey.self)
      var looks = Self.lookLimit
      guard let (code, message) = Self.search(fields, depth: 0, &looks) else { return }
      found = ErrorBody(code: code, message: message, requestID: fields.text("request_id"))
    }

    /// Sorted, so that the same body always gives the same answer; `error` comes before
    /// `internalError`. An object with very many members is none of the shapes.
    private static func promising(_ keys: [FieldKey]) -> [FieldKey] {
      keys.count > memberLimit ? [] : keys.sorted { $0.stringValue < $1.stringValue }
    }

    private static func search(
      _ fields: KeyedDecodingContainer<FieldKey>, depth: Int, _ looks: inout Int
    ) -> (code: String, message: String)? {
      for pair in pairs {
        if let code = fields.text(pair.code), let message = fields.text(pair.message) {
          return (code, message)
        }
      }
      if depth < depthLimit {
        for key in Self.promising(fields.allKeys) where looks > 0 {
          looks -= 1
          // Nil where it is no object.
          if let nested = try? fields.nestedContainer(keyedBy: FieldKey.self, forKey: key),
            let found = search(nested, depth: depth + 1, &looks)
          {
            return found
          }
        }
      }
      let bare = pairs.lazy.compactMap { fields.text($0.code) }.first
      return bare.map { ($0, "") }
    }
  }
}
