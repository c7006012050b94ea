/// Takes off a body what a gateway put around it. Nobody asked for that, but it is no fault: a request without
/// `Accept-Encoding` allows every coding (RFC 9110, section 12.5.3), and some compress against the express wish.
///
/// async-http-client can decompress, but asks for compression where it does, has one limit for all requests, and
/// fails the exchange for deflate without zlib's frame, which some servers send (RFC 9110, section 8.4.1.2), for a
/// second gzip member and for an end that is missing.
enum ContentCoding {
  /// One inside the other; more is an attack.
  private static let depthLimit = 4

  /// `response` with its body as it was before it was compressed, of which at most `limit` bytes are kept. A body
  /// that cannot be read stays as it came, with the reason as its `obstacle`: it may be plain in spite of what the
  /// header says, and it is evidence.
  static func decoded(_ response: HTTPResponse, limit: Int) -> HTTPResponse {
    let names = names(in: response)
    guard !names.isEmpty, !response.body.isEmpty else { return response }
    guard names.count <= depthLimit else {
      return response.hindered("a body that is compressed \(names.count) times over: \(cure)")
    }
    var decoded = response
    for name in names.reversed() {
      guard var inflated = inflated(decoded.body, name, limit) else {
        let name = String(name.unicodeScalars.prefix(40).filter(\.isASCII).map(Character.init))
        return response.hindered(
          "a body in the coding \(name), which nobody asked for and jobwatch does not read: \(cure)"
        )
      }
      if inflated.end == .damaged && inflated.bytes.isEmpty {
        return response.hindered("a body that says it is \(name), and is not")
      }
      // Only the checksum, or the mark of the end, is missing of an object that is closed.
      if inflated.end == .brokenOff, let read = JSONReader.read(inflated.bytes), !read.isGuess,
        read.value.object != nil
      {
        inflated.end = .whole
      }
      decoded.body = inflated.bytes
      if inflated.end != .whole { decoded.truncated = true }
      // What was cut here is cut for the reason that is known already.
      guard !response.truncated else { continue }
      switch inflated.end {
      case .whole, .tooLong: continue
      case .brokenOff: decoded.obstacle = "a \(name) body that broke off"
      case .damaged: decoded.obstacle = "a damaged \(name) body"
      }
    }
    return decoded
  }

  private static let cure = "let what stands before the service send it uncompressed"

  /// In the order in which they were applied. A body that begins as gzip does is gzip even where no header says so:
  /// no text begins so.
  private static func names(in response: HTTPResponse) -> [String] {
    let named = response.headers.values("Content-Encoding")
      .flatMap { $0.split(separator: ",") }
      .map { $0.lowercased().filter { $0 != " " && $0 != "\t" } }
      .filter { !$0.isEmpty && $0 != "identity" }
    return named.isEmpty && response.body.starts(with: [0x1f, 0x8b, 8]) ? ["gzip"] : named
  }

  /// Nil for a coding that is not known.
  private static func inflated(_ body: [UInt8], _ name: String, _ limit: Int) -> Inflated? {
    switch name {
    case "gzip", "x-gzip": Inflated(body, .gzip, limit: limit)
    case "deflate": deflated(body, limit)
    default: nil
    }
  }

  /// With zlib's frame, as it should be, or without, as some send it. The latter has no mark and no checksum, so that
  /// a plain text looks like damaged data, and is taken for text.
  private static func deflated(_ body: [UInt8], _ limit: Int) -> Inflated {
    let framed = Inflated(body, .zlib, limit: limit)
    guard framed.end == .damaged, framed.bytes.isEmpty else { return framed }
    let raw = Inflated(body, .raw, limit: limit)
    let isText = "{[<\n".utf8.contains(body[0])
    return raw.end == .damaged || (isText && raw.end == .brokenOff) ? framed : raw
  }
}

extension HTTPResponse {
  fileprivate func hindered(_ obstacle: String) -> HTTPResponse {
    var response = self
    response.obstacle = obstacle
    return response
  }
}
