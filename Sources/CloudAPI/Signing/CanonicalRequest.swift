import Crypto

/// The text that stands for a request in its signature (cloud-api, section 3a).
package enum CanonicalRequest {
  private static let newline = UInt8(ascii: "\n")
  /// SHA-256 of nothing: most requests have no body.
  private static let emptyBodyHash = Hexadecimal.bytes(SHA256.hash(data: [UInt8]()))

  /// The names that a client signs: all, in lower case and sorted, `host` always among them. A name
  /// with an underscore is left out, because proxies drop such headers; so is `Authorization`
  /// itself.
  package static func signableHeaders(of request: SignableRequest) -> [String] {
    var names: Set<String> = ["host"]
    for (name, _) in request.headers where !name.utf8.contains(UInt8(ascii: "_")) {
      names.insert(name.lowercased())
    }
    names.remove("authorization")
    return names.sorted()
  }

  /// `signedHeaders` in lower case and in the order in which they are signed. A header that is
  /// missing counts as empty; of a repeated one the first value counts.
  package static func bytes(of request: SignableRequest, signedHeaders: [String]) -> [UInt8] {
    var text: [UInt8] = []
    text.reserveCapacity(512)
    text += request.method.utf8
    text.append(newline)
    appendPath(request.path, to: &text)
    text.append(newline)
    text += query(request.query).utf8
    text.append(newline)
    for name in signedHeaders {
      text += name.utf8
      text.append(UInt8(ascii: ":"))
      text += trimmed(value(of: name, in: request))
      text.append(newline)
    }
    text.append(newline)
    for (index, name) in signedHeaders.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ";")) }
      text += name.utf8
    }
    text.append(newline)
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
    var text: [UInt8] = []
    for (name, value) in sorted {
      if !text.isEmpty { text.append(UInt8(ascii: "&")) }
      PercentEncoding.append(name.utf8, to: &text)
      text.append(UInt8(ascii: "="))
      PercentEncoding.append(value.utf8, to: &text)
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// Decoded, encoded anew, and always with a slash at the end, which the path on the wire does not
  /// have.
  private static func appendPath(_ path: String, to text: inout [UInt8]) {
    PercentEncoding.append(PercentEncoding.decode(path), to: &text, keepingSlash: true)
    if text.last != UInt8(ascii: "/") { text.append(UInt8(ascii: "/")) }
  }

  private static func value(of name: String, in request: SignableRequest) -> String {
    for (candidate, value) in request.headers where candidate.matchesFieldName(name) {
      return value
    }
    return name == "host" ? request.host : ""
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
