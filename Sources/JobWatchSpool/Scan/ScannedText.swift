import CloudAPI
import Glibc

/// A part of a stream of which nothing is known, and what stands at a place in it. URLs may be escaped as in JSON.
struct ScannedText {
  let bytes: UnsafeRawBufferPointer
  /// What follows is not whole yet.
  let end: Int
  /// The stream ends here.
  let isWhole: Bool

  /// The longest URL in bytes, and the longest head of a request.
  static let reach = 4096

  /// A word of a URL's characters.
  struct URL {
    var range: Range<Int>
    /// Without escapes, and without the punctuation of the text behind it.
    var text: String
    /// Nil: it has no scheme.
    var address: JobAddress?
  }

  /// The next place of a byte; nil: there is none before `end`.
  func first(_ character: Unicode.Scalar, from start: Int) -> Int? {
    guard start < end, let base = bytes.baseAddress else { return nil }
    return memchr(base + start, CInt(character.value), end - start).map { base.distance(to: $0) }
  }

  func byte(_ place: Int) -> UInt8? { bytes.indices.contains(place) ? bytes[place] : nil }

  func has(_ literal: some Collection<UInt8>, at place: Int) -> Bool {
    place >= 0 && place + literal.count <= end && bytes[place...].starts(with: literal)
  }

  func has(_ literal: StaticString, at place: Int) -> Bool {
    has(UnsafeBufferPointer(start: literal.utf8Start, count: literal.utf8CodeUnitCount), at: place)
  }

  // MARK: URLs

  func url(around place: Int) -> URL {
    var (begin, stop) = (place, place)
    while begin > 0, place - begin < Self.reach, Self.isOfURL[Int(bytes[begin - 1])] { begin -= 1 }
    while stop < end, stop - place < Self.reach, Self.isOfURL[Int(bytes[stop])] { stop += 1 }
    var (word, index) = ([] as [UInt8], begin)
    while index < stop {
      if bytes[index] != UInt8(ascii: "\\") {
        word.append(bytes[index])
        index += 1
      } else if byte(index + 1) == UInt8(ascii: "/") {
        index += 1
      } else if index < place {
        // An escaped quotation mark or the end of a line, and the URL behind it.
        word = []
        index += 2
      } else {
        break
      }
    }
    while let last = word.last, ":.,;)]".utf8.contains(last) { word.removeLast() }
    let text = String(decoding: word, as: UTF8.self)
    return URL(range: begin..<stop, text: text, address: Self.address(in: text))
  }

  /// What begins with a scheme: another word may stand before it, as in `url=https://…`.
  private static func address(in text: String) -> JobAddress? {
    guard let mark = text.ranges(of: "://").last else { return nil }
    let scheme = text[..<mark.lowerBound].lowercased()
    return ["https", "http"].first(where: scheme.hasSuffix).flatMap { JobAddress($0 + text[mark.lowerBound...]) }
  }

  private static let isOfURL: [Bool] = (0...255).map { byte in
    let scalar = Unicode.Scalar(UInt8(byte))
    return scalar.isASCII
      && (scalar.properties.isAlphabetic || "0123456789-._~:/?&=%+@[]\\".unicodeScalars.contains(scalar))
  }

  // MARK: Requests

  private static let methods = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH"]
  private static let beginning: Set = ["POST", "PUT", "DELETE"]

  /// The request that a colon is part of: in `POST https://…`, or in the `Host:` behind `POST /v1/…`.
  func request(at colon: Int) -> (address: JobAddress, beginsJobs: Bool)? {
    if has("//", at: colon + 1) || has("\\/\\/", at: colon + 1) {
      let url = url(around: colon)
      guard let method = method(before: url), let address = url.address else { return nil }
      return (address, Self.beginning.contains(method))
    }
    guard isHost(at: colon - 4), let host = host(at: colon + 1) else { return nil }
    var line = colon
    while line > 0, colon - line < Self.reach {
      let end = line
      while line > 0, colon - line < Self.reach, bytes[line - 1] != UInt8(ascii: "\n") { line -= 1 }
      let slash = (line..<end).first { bytes[$0] == UInt8(ascii: "/") }
      if let slash, let found = requestLine(at: slash), let address = JobAddress("https://\(host)\(found.url.text)") {
        return (address, Self.beginning.contains(found.method))
      }
      line -= 1
    }
    return nil
  }

  private func requestLine(at slash: Int) -> (method: String, url: URL)? {
    let url = url(around: slash)
    guard isRequestLine(url), let method = method(before: url) else { return nil }
    return (method, url)
  }

  /// Whether a path stands as in `> GET /v1/… HTTP/1.1`.
  func isRequestLine(_ url: URL) -> Bool {
    url.text.hasPrefix("/") && has(" HTTP/", at: url.range.upperBound) && method(before: url) != nil
  }

  private func method(before url: URL) -> String? {
    var stop = url.range.lowerBound
    while stop > 0, " \"'".utf8.contains(bytes[stop - 1]) { stop -= 1 }
    var begin = stop
    while begin > 0, stop - begin < 8, bytes[begin - 1] >= UInt8(ascii: "A"), bytes[begin - 1] <= UInt8(ascii: "Z") {
      begin -= 1
    }
    let word = String(decoding: bytes[begin..<stop], as: UTF8.self)
    return Self.methods.contains(word) ? word : nil
  }

  /// The host in the head that a request line begins; nil: it may still come; an inner nil: there is none.
  func host(behind url: URL) -> String?? {
    var at = url.range.upperBound
    while at - url.range.upperBound < Self.reach {
      guard let newline = first("\n", from: at) else { return isWhole ? .some(nil) : nil }
      var line = newline + 1
      while line < end, "> ".utf8.contains(bytes[line]) { line += 1 }
      if isHost(at: line) { return .some(host(at: line + 5)) }
      if line < end, "\r\n".utf8.contains(bytes[line]) { return .some(nil) }
      at = newline + 1
    }
    return .some(nil)
  }

  private func isHost(at place: Int) -> Bool {
    (has("Host:", at: place) || has("host:", at: place)) && byte(place - 1).map { "\n> ".utf8.contains($0) } ?? true
  }

  private func host(at place: Int) -> String? {
    var begin = place
    while begin < end, bytes[begin] == UInt8(ascii: " ") { begin += 1 }
    var stop = begin
    while stop < end, stop - begin < 256, bytes[stop] != UInt8(ascii: "\\"), Self.isOfURL[Int(bytes[stop])] {
      stop += 1
    }
    return begin == stop ? nil : String(decoding: bytes[begin..<stop], as: UTF8.self)
  }

  // MARK: Members of JSON

  /// The id that is the value of a name in quotes: `"job_id": "…"`, also where the quotes are escaped.
  func value(of name: [UInt8], at place: Int) -> String? {
    var at = place + name.count
    func skip(_ characters: String) {
      while at < end, characters.utf8.contains(bytes[at]) { at += 1 }
    }
    func quote() -> Bool {
      if byte(at) == UInt8(ascii: "\\") { at += 1 }
      defer { at += 1 }
      return byte(at) == UInt8(ascii: "\"")
    }
    guard byte(place - 1) == UInt8(ascii: "\""), quote() else { return nil }
    skip(" ")
    guard byte(at) == UInt8(ascii: ":") else { return nil }
    at += 1
    skip(" ")
    guard quote() else { return nil }
    let begin = at
    while at < end, at - begin <= 128, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") { at += 1 }
    let id = String(decoding: bytes[begin..<min(at, end)], as: UTF8.self)
    return quote() ? id : nil
  }
}
