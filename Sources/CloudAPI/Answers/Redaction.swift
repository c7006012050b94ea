/// Takes secrets out of a text. A gateway that refuses a signature quotes the request's headers, tokens included:
/// `verify aksk signature fail, canonicalRequest:GET|/…|…`.
struct Redaction: Sendable {
  private static let mark = Array("(redacted)".utf8)
  /// `JSONObject.cut` puts it behind a text.
  private static let ellipsis = Array("…".utf8)
  /// Names before values that are always secrets, as in a quoted request. A signature is one, because whoever has it
  /// can repeat the request for a quarter of an hour.
  private static let headers = [
    "x-security-token:", "x-auth-token:", "x-subject-token:", "x-metadata-token:", "signature=",
  ].map { Array($0.utf8) }
  /// Shorter texts are no secrets, and would be found everywhere.
  private static let shortestSecret = 4

  private let secrets: [[UInt8]]

  /// Longest first, because a part of one must not hide the rest of it; also as JSON may escape them.
  init(_ secrets: [String]) {
    self.secrets = secrets.filter { $0.utf8.count >= Self.shortestSecret }
      .flatMap { $0.contains("/") ? [$0, $0.replacing("/", with: "\\/")] : [$0] }
      .map { Array($0.utf8) }
      .sorted { $0.count > $1.count }
  }

  func clean(_ bytes: [UInt8]) -> [UInt8] {
    var result = bytes
    for secret in secrets {
      result = replacing(secret, in: result) { $0..<$0 + secret.count }
    }
    for secret in secrets { Self.hide(startOf: secret, atEndOf: &result) }
    for header in Self.headers {
      result = replacing(header, in: result) { [result] start in
        let value = result[(start + header.count)...].drop { $0 == " " }
        return value.startIndex..<(value.firstIndex(where: Self.endsValue) ?? value.endIndex)
      }
    }
    return result
  }

  /// Clean, on one line, and at most `limit` Unicode scalars: a single character may be made of any number of marks.
  func excerpt(_ text: String, limit: Int) -> String {
    let bytes = clean(Array(text.utf8)).map { $0 < 0x20 || $0 == 0x7f ? UInt8(ascii: " ") : $0 }
    let line = String(decoding: bytes, as: UTF8.self)
    let scalars = line.unicodeScalars
    return scalars.count <= limit ? line : String(scalars.prefix(limit - 1)) + "…"
  }

  /// Replaces, at each place where `needle` stands, the range that `secret` makes of the place.
  private func replacing(_ needle: [UInt8], in bytes: [UInt8], secret: (Int) -> Range<Int>) -> [UInt8] {
    var result: [UInt8] = []
    var done = 0
    while let start = ByteSearch.first(needle, in: bytes, from: done) {
      let range = secret(start)
      result += bytes[done..<range.lowerBound] + Self.mark
      done = range.upperBound
    }
    return done == 0 ? bytes : result + bytes[done...]
  }

  /// Replaces the part of a secret that is left where the end of a text cuts it.
  private static func hide(startOf secret: [UInt8], atEndOf bytes: inout [UInt8]) {
    let isMarked = bytes.suffix(ellipsis.count).elementsEqual(ellipsis)
    if isMarked { bytes.removeLast(ellipsis.count) }
    defer { if isMarked { bytes += ellipsis } }
    let longest = min(secret.count - 1, bytes.count)
    guard longest >= shortestSecret else { return }
    for count in (shortestSecret...longest).reversed() where bytes.suffix(count).elementsEqual(secret.prefix(count)) {
      bytes.replaceSubrange((bytes.count - count)..., with: mark)
      return
    }
  }

  private static func endsValue(_ byte: UInt8) -> Bool { byte <= 0x20 || byte == "|" || byte == "\"" }
}
