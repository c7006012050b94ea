import JobWatchCore

package struct HTTPRequest: Sendable {
  package var method: String
  /// Absolute, with everything percent-encoded.
  package var url: String
  /// `Host` is added if it is not among them.
  package var headers: [(String, String)]
  package var body: [UInt8]

  package init(method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8] = []) {
    self.method = method
    self.url = url
    self.headers = headers
    self.body = body
  }

  /// The parts of `url`, as they stand there; the host with its port.
  var parts: (host: Substring, path: Substring, query: Substring) {
    // By bytes, because `firstRange` makes a table for each search.
    let scheme = url.utf8.firstIndex(of: UInt8(ascii: ":"))
    let rest = scheme.map { url[$0...].dropFirst("://".count) } ?? url[...]
    let isQuery: (UInt8) -> Bool = { $0 == UInt8(ascii: "?") }
    let host = rest.utf8.firstIndex { isQuery($0) || $0 == UInt8(ascii: "/") } ?? rest.endIndex
    let path = rest[host...].utf8.firstIndex(where: isQuery) ?? rest.endIndex
    return (rest[..<host], rest[host..<path], rest[path...].dropFirst())
  }

  /// With headers that are not signed, because a proxy may rewrite them.
  var identified: HTTPRequest {
    var request = self
    request.headers += [
      ("User-Agent", CloudClient.defaultUserAgent), ("Accept", "application/json"),
    ]
    return request
  }
}

package struct HTTPResponse: Sendable {
  package var status: Int
  package var headers: HTTPFields
  /// Decompressed, if it came compressed and could be read.
  package var body: [UInt8]
  /// The body was longer than the limit, or the connection or the compressed data broke off inside it.
  package var truncated: Bool
  /// The fault of the body's compression, in words for people that follow "the answer has".
  package var obstacle: String?

  package init(status: Int, headers: HTTPFields = HTTPFields(), body: [UInt8] = [], truncated: Bool = false) {
    self.status = status
    self.headers = headers
    self.body = body
    self.truncated = truncated
  }

  var isWholeSuccess: Bool { (200...299).contains(status) && !truncated }

  /// The sender's clock, by the first `Date` that can be read.
  /// - Parameter now: for a year of two digits.
  package func date(near now: Timestamp) -> Timestamp? {
    headers.values("Date").lazy.compactMap { HTTPDate.time($0, near: now) }.first
  }
}

/// The header fields of an answer, in the order received, their values without the white space around them (RFC 9110,
/// section 5.5).
package struct HTTPFields: Sendable {
  private(set) var entries: [(String, String)]

  package init(_ entries: [(String, String)] = []) {
    self.entries = entries.map { ($0.0, String($0.1.trimmed)) }
  }

  /// The first value of `name` that is not empty. The case of letters in a name does not matter.
  func first(_ name: String) -> String? { values(name).first { !$0.isEmpty } }

  func values(_ name: String) -> [String] {
    entries.filter { $0.0.matchesFieldName(name) }.map(\.1)
  }
}

/// Why no answer came. The message is for people; it holds nothing of the URL, the headers or the body.
package struct HTTPFailure: Error, Sendable, Hashable, CustomStringConvertible {
  package enum Kind: String, Sendable {
    /// No whole answer in time, connecting included.
    case timeout
    /// The host's name cannot be resolved.
    case name
    case tls
    /// The proxy on the way failed or refused, before the host was reached.
    case proxy
    case refused
    /// The connection ended before an answer, or the answer was no HTTP.
    case reset
    /// Everything else, cancellation included.
    case other
  }

  package var kind: Kind
  package var reason: String
  /// The operator's task, if the failure alone tells it.
  package var remedy: String?
  package var message: String { remedy.map { "\(reason): \($0)" } ?? reason }
  package var description: String { message }

  package init(_ kind: Kind, _ reason: String, remedy: String? = nil) {
    self.kind = kind
    self.reason = reason
    self.remedy = remedy
  }
}

/// Sends one request. `timeout` covers the whole exchange. `bodyLimit` bounds the bytes of the body that are read, and
/// those that are kept of it decompressed. With a limit of 0 the exchange is over when the status and the headers have
/// come, whether or not the body ever ends. No redirect is followed. Cancelling the task ends the exchange.
package typealias HTTPTransport =
  @Sendable (HTTPRequest, _ timeout: Duration, _ bodyLimit: Int) async throws(HTTPFailure) ->
  HTTPResponse
