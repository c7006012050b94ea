/// A request in the parts that a signature covers. A client fills it before sending; a server fills
/// it from what arrived, to compute the same signature again.
package struct SignableRequest: Sendable {
  package var method: String
  package var scheme: String
  /// With the port if it is not the scheme's own, as in the `Host` header.
  package var host: String
  /// As on the wire: percent-encoded, without the query.
  package var path: String
  /// Raw names and values, not encoded, in any order.
  package var query: [(name: String, value: String)]
  /// In any order and case. Without a `Host` among them `host` is signed.
  package var headers: [(String, String)]
  package var body: [UInt8]

  package init(
    method: String = "GET", scheme: String = "https", host: String, path: String,
    query: [(name: String, value: String)] = [], headers: [(String, String)] = [],
    body: [UInt8] = []
  ) {
    self.method = method
    self.scheme = scheme
    self.host = host
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  /// Where to send it. The query is encoded as it is signed.
  package var url: String {
    let query = CanonicalRequest.query(query)
    return "\(scheme)://\(host)\(path)" + (query.isEmpty ? "" : "?\(query)")
  }
}
