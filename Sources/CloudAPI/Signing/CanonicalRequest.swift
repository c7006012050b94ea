import Crypto

/// A request in the parts that a signature covers.
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
    query: [(name: String, value: String)] = [], headers: [(String, String)] = [], body: [UInt8] = []
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

/// The text that stands for a request in its signature, see `Signer`.
package enum CanonicalRequest {
  /// The names that a client signs: all, in lower case and sorted, `host` always among them. Left out are names with an
  /// underscore, because proxies drop such headers, and `Authorization` itself.
  static func signableHeaders(of request: SignableRequest) -> [String] {
    let names = request.headers.map { $0.0.lowercased() }.filter { !$0.contains("_") }
    return Set(names).union(["host"]).subtracting(["authorization"]).sorted()
  }

  /// `signedHeaders` in lower case and in the order in which they are signed. A header that is missing counts as empty;
  /// of a repeated one the first value counts.
  package static func bytes(of request: SignableRequest, signedHeaders: [String]) -> [UInt8] {
    // The path always ends with a slash here, which the path on the wire does not have.
    var path = PercentEncoding.encode(PercentEncoding.decode(request.path), keepingSlash: true)
    if path.last != "/" { path.append(UInt8(ascii: "/")) }
    var text = Array("\(request.method)\n".utf8) + path
    text += "\n\(query(request.query))\n".utf8
    for name in signedHeaders {
      let value = request.headers.first { $0.0.matchesFieldName(name) }?.1
      text += "\(name):\((value ?? (name == "host" ? request.host : "")).trimmed)\n".utf8
    }
    text += "\n\(signedHeaders.joined(separator: ";"))\n".utf8
    return text + SHA256.hash(data: request.body).hexadecimal.utf8
  }

  /// Sorted by the raw name, then by the raw value, both as bytes: encoding comes after sorting.
  static func query(_ pairs: [(name: String, value: String)]) -> String {
    let sorted = pairs.sorted { left, right in
      left.name.utf8.elementsEqual(right.name.utf8)
        ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
        : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    return sorted.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
      .joined(separator: "&")
  }
}
