import Crypto

/// The text that stands for a request in its signature, see `Signer`.
package enum CanonicalRequest {
  /// The names that a client signs: all, in lower case and sorted, `host` always among them. Left out are names with an
  /// underscore, because proxies drop such headers, and `Authorization` itself.
  static func signableHeaders(of request: HTTPRequest) -> [String] {
    let names = request.headers.map { $0.0.lowercased() }.filter { !$0.contains("_") }
    return Set(names).union(["host"]).subtracting(["authorization"]).sorted()
  }

  /// `signedHeaders` in lower case and in the order in which they are signed. A header that is missing counts as empty;
  /// of a repeated one the first value counts.
  package static func bytes(of request: HTTPRequest, signedHeaders: [String]) -> [UInt8] {
    let parts = request.parts
    // The path always ends with a slash here, which the path on the wire does not have.
    var path = PercentEncoding.encode(PercentEncoding.decode(parts.path), keepingSlash: true)
    if path.last != "/" { path.append(UInt8(ascii: "/")) }
    var text = Array("\(request.method)\n".utf8) + path
    text += "\n\(query(PercentEncoding.pairs(parts.query)))\n".utf8
    for name in signedHeaders {
      let value = request.headers.first { $0.0.matchesFieldName(name) }?.1
      text += "\(name):\((value ?? (name == "host" ? String(parts.host) : "")).trimmed)\n".utf8
    }
    text += "\n\(signedHeaders.joined(separator: ";"))\n".utf8
    return text + SHA256.hash(data: request.body).hexadecimal.utf8
  }

  /// Sorted by the raw name, then by the raw value, both as bytes: encoding comes after sorting.
  private static func query(_ pairs: [(name: String, value: String)]) -> String {
    let sorted = pairs.sorted { left, right in
      left.name.utf8.elementsEqual(right.name.utf8)
        ? left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
        : left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
    return PercentEncoding.query(sorted)
  }
}
