/// A request as it came over the wire.
package struct ReceivedRequest: Sendable {
  /// Sent back as `X-Request-Id`.
  let id = Reply.randomID()
  package var method: String
  /// Percent-encoded, without the query.
  package var path: String
  /// Behind the `?`, percent-encoded; empty for none.
  package var query: String
  /// Names in lower case; `host` is among them.
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  package init(method: String, path: String, query: String, headers: [(name: String, value: String)], body: [UInt8]) {
    (self.method, self.path, self.query, self.headers, self.body) = (method, path, query, headers, body)
  }

  /// The first value of the header `name`, which is in lower case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }
}
