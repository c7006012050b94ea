import Crypto

/// The text that stands for a request in its signature, see `Signer`.
package enum CanonicalRequest {
  /// SHA-256 of nothing: most requests have no body.
  private static let emptyBodyHash = Hexadecimal.bytes(SHA256.hash(data: [UInt8]()))

  /// The names that a client signs: all, in lower case and sorted, `host` always among them. Left out are names with an
  /// underscore, because proxies drop such headers, and `Authorization` itself.
  static func signableHeaders(of request: SignableRequest) -> [String] {
    var names: Set<String> = ["host"]
    for (name, _) in request.headers where !name.utf8.contains(UInt8(ascii: "_")) {
      names.insert(name.lowercased())
    }
    names.remove("authorization")
    return names.sorted()
  }

  /// `signedHeaders` in lower case and in the order in which they are signed. A header that is missing counts as empty;
  /// of a repeated one the first value counts.
  package static func bytes(of request: SignableRequest, signedHeaders: [String]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(512)
    text += "\(request.method)\n".utf8
    appendPath(request.path, to: &text)
    text += "\n\(query(request.query))\n".utf8
    for name in signedHeaders {
      text += "\(name):".utf8
      text += trimmed(value(of: name, in: request))
      text.append(UInt8(ascii: "\n"))
    }
    text += "\n\(signedHeaders.joined(separator: ";"))\n".utf8
    text +=
      request.body.isEmpty
      ? emptyBodyHash : Hexadecimal.bytes(SHA256.hash(data: request.body))
    return text
  }

  /// Sorted by the raw name, then by the raw value, both as bytes: encoding comes after sorting.
  static func query(_ pairs: [(name: String, value: String)]) -> String {
    guard !pairs.isEmpty else { return "" }
    let sorted = pairs.sorted { left, right in
      if left.name.utf8.lexicographicallyPrecedes(right.name.utf8) { return true }
      if right.name.utf8.lexicographicallyPrecedes(left.name.utf8) { return false }
      return left.value.utf8.lexicographicallyPrecedes(right.value.utf8)
    }
    return sorted.map { "\(PercentEncoding.encode($0.name))=\(PercentEncoding.encode($0.value))" }
      .joined(separator: "&")
  }

  /// Decoded, encoded again, and always with a slash at the end, which the path on the wire does not have.
  private static func appendPath(_ path: String, to text: inout [UInt8]) {
    PercentEncoding.append(PercentEncoding.decode(path), to: &text, keepingSlash: true)
    if text.last != UInt8(ascii: "/") { text.append(UInt8(ascii: "/")) }
  }

  private static func value(of name: String, in request: SignableRequest) -> String {
    let value = request.headers.first { $0.0.matchesFieldName(name) }?.1
    return value ?? (name == "host" ? request.host : "")
  }

  /// Without the blanks at both ends; runs of blanks inside stay.
  private static func trimmed(_ value: String) -> Substring.UTF8View {
    var bytes = Substring(value).utf8
    while let first = bytes.first, isBlank(first) { bytes.removeFirst() }
    while let last = bytes.last, isBlank(last) { bytes.removeLast() }
    return bytes
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || (9...13).contains(byte)
  }
}
