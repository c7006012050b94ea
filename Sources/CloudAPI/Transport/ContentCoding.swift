/// Decompresses a body that a gateway compressed, although the request asked for none. async-http-client fails the
/// exchange for deflate without zlib's frame, which some servers send (RFC 9110, section 8.4.1.2), for a second gzip
/// member and for a missing end.
enum ContentCoding {
  /// One inside the other; more is an attack.
  private static let depthLimit = 4
  private static let remedy = "let what stands before the service send it uncompressed"

  /// `response` with its body decompressed, at most `limit` bytes. A body that cannot be read stays as it came, with
  /// the reason as its `obstacle`: it may be plain in spite of the header, and it is evidence.
  static func decoded(_ response: HTTPResponse, limit: Int) -> HTTPResponse {
    let names = names(in: response)
    func unread(_ obstacle: String) -> HTTPResponse {
      var response = response
      response.obstacle = obstacle
      return response
    }
    if names.isEmpty || response.body.isEmpty { return response }
    guard names.count <= depthLimit else {
      return unread("a body that is compressed \(names.count) times over: \(remedy)")
    }
    var decoded = response
    for name in names.reversed() {
      guard var inflated = inflated(decoded.body, name, limit) else {
        let name = String(name.unicodeScalars.prefix(40).filter(\.isASCII).map(Character.init))
        return unread("a body in the coding \(name), which nobody asked for and jobwatch does not read: " + remedy)
      }
      if inflated.end == .damaged && inflated.bytes.isEmpty {
        return unread("a body that says it is \(name), and is not")
      }
      // The object is closed: only the checksum, or the mark of the end, is missing.
      if inflated.end == .brokenOff, JSONObject(inflated.bytes)?.isGuessed == false { inflated.end = .whole }
      decoded.body = inflated.bytes
      if inflated.end != .whole { decoded.truncated = true }
      // The compressed body was cut, which explains a missing end.
      if response.truncated { continue }
      switch inflated.end {
      case .whole, .tooLong: continue
      case .brokenOff: decoded.obstacle = "a \(name) body that broke off"
      case .damaged: decoded.obstacle = "a damaged \(name) body"
      }
    }
    return decoded
  }

  /// In the order in which they were applied. A body that begins like gzip is gzip even without a header, because no
  /// text begins so.
  private static func names(in response: HTTPResponse) -> [String] {
    let named = response.headers.values("Content-Encoding")
      .flatMap { $0.split(separator: ",") }
      .map { String($0).trimmed.lowercased() }
      .filter { !$0.isEmpty && $0 != "identity" }
    return named.isEmpty && response.body.starts(with: [0x1f, 0x8b, 8]) ? ["gzip"] : named
  }

  /// Nil for a coding that is not known. Deflate comes with zlib's frame, as it should be, or without. Without a frame
  /// it has no mark and no checksum: damaged data that looks like text is then taken for text.
  private static func inflated(_ body: [UInt8], _ name: String, _ limit: Int) -> Inflated? {
    guard ["gzip", "x-gzip", "deflate"].contains(name) else { return nil }
    let framed = Inflated(body, limit: limit)
    guard name == "deflate", framed.end == .damaged, framed.bytes.isEmpty else { return framed }
    let raw = Inflated(body, isRaw: true, limit: limit)
    let isText = body.first.map("{[<\n".utf8.contains) ?? true
    return raw.end == .damaged || (isText && raw.end == .brokenOff) ? framed : raw
  }
}
