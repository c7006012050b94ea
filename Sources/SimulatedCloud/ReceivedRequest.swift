import Foundation

/// A request as it came over the wire.
package struct ReceivedRequest: Sendable {
  package var method: String
  /// Percent-encoded, without the query.
  package var path: String
  /// Behind the `?`, percent-encoded; empty for none.
  package var query: String
  /// Names in lower case; `host` is among them.
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]

  package init(
    method: String, path: String, query: String = "", headers: [(name: String, value: String)] = [],
    body: [UInt8] = []
  ) {
    self.method = method
    self.path = path
    self.query = query
    self.headers = headers
    self.body = body
  }

  /// The first value of the header `name`, which is in lower case.
  package func header(_ name: String) -> String? {
    headers.first { $0.name == name }?.value
  }

  /// The names and values of the query, decoded.
  var queryPairs: [(name: String, value: String)] {
    query.split(separator: "&").map { pair in
      let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        .map { $0.removingPercentEncoding ?? String($0) }
      return (parts[0], parts.count > 1 ? parts[1] : "")
    }
  }

  /// The first value of `name` in the query.
  func queryValue(_ name: String) -> String? { queryPairs.first { $0.name == name }?.value }
}
