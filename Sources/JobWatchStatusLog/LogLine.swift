import Foundation
import JobWatchCore

/// One whole line of the status log.
package struct LogLine: Sendable, Hashable {
  package let seq: Int64
  /// As written, ISO 8601 in UTC.
  package let time: String
  /// The name of its event. This version may not know it.
  package let event: String
  /// Without the newline.
  package let bytes: [UInt8]

  init(_ head: LogHead, _ bytes: ArraySlice<UInt8>) {
    seq = head.seq
    time = String(decoding: head.time, as: UTF8.self)
    event = String(decoding: head.event, as: UTF8.self)
    self.bytes = Array(bytes.withoutTrailingBlanks)
  }

  /// Whether the whole line is JSON, not only its head.
  static func isJSON(_ bytes: [UInt8]) -> Bool {
    struct Numbered: Decodable { var seq: Int64 }
    return (try? JSONDecoder().decode(Numbered.self, from: Data(bytes))) != nil
  }

  /// The sentence for people; a line without one stands for itself.
  package var summary: String {
    struct Summarised: Decodable { var summary: String }
    let decoded = try? JSONDecoder().decode(Summarised.self, from: Data(bytes))
    return decoded?.summary ?? String(decoding: bytes, as: UTF8.self)
  }

  package func data() throws -> EventData { try EventData(json: String(decoding: bytes, as: UTF8.self)) }
}

/// The fixed beginning of a line, `{"v":1,"seq":7,"time":"…","event":"…"`, read where it stands: to decode the line as
/// JSON takes a hundred times as long.
struct LogHead {
  let seq: Int64
  let time: ArraySlice<UInt8>
  let event: ArraySlice<UInt8>

  /// Nil for a line that `StatusLog` has not written. Blanks at the end, such as a carriage return, do no harm.
  init?(_ line: ArraySlice<UInt8>) {
    let line = line.withoutTrailingBlanks
    var rest = line
    guard line.last == UInt8(ascii: "}"), rest.drop(Self.beforeSeq),
      let seq = Int64(String(decoding: rest.take(until: UInt8(ascii: ",")), as: UTF8.self)), rest.drop(Self.beforeTime)
    else { return nil }
    let quote = UInt8(ascii: "\"")
    self.seq = seq
    time = rest.take(until: quote)
    guard rest.drop(Self.beforeEvent) else { return nil }
    event = rest.take(until: quote)
  }

  static let beforeSeq = Array(#"{"v":1,"seq":"#.utf8)
  private static let beforeTime = Array(#","time":""#.utf8)
  private static let beforeEvent = Array(#"","event":""#.utf8)
}

/// A whole line of valid JSON that begins as `StatusLog` writes it.
struct ValidLine: Sendable, Hashable {
  var seq: Int64
  var time: Timestamp
  var event: String

  init?(_ bytes: [UInt8]) {
    // Foundation lets control characters pass in what it does not decode.
    guard let head = LogHead(bytes[...]), !bytes[...].hasDamage, String(validating: bytes, as: UTF8.self) != nil,
      let time = Timestamp(iso8601: String(decoding: head.time, as: UTF8.self)), LogLine.isJSON(bytes)
    else { return nil }
    seq = head.seq
    self.time = time
    event = String(decoding: head.event, as: UTF8.self)
  }
}

extension ArraySlice<UInt8> {
  fileprivate var withoutTrailingBlanks: ArraySlice<UInt8> {
    var line = self
    while let last = line.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") {
      line.removeLast()
    }
    return line
  }

  /// Whether it holds what JSON has in no place. A power cut leaves zeros in the middle of a line.
  var hasDamage: Bool { withoutTrailingBlanks.contains { $0 < 0x20 } }

  /// Removes `literal` from the front; false where it is not there.
  fileprivate mutating func drop(_ literal: [UInt8]) -> Bool {
    guard starts(with: literal) else { return false }
    removeFirst(literal.count)
    return true
  }

  /// Removes and returns what stands before `byte`, or all of it.
  fileprivate mutating func take(until byte: UInt8) -> ArraySlice<UInt8> {
    let taken = prefix { $0 != byte }
    removeFirst(taken.count)
    return taken
  }
}
