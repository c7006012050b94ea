import Foundation
import JobWatchCore

/// One whole line of the status log.
package struct LogLine: Sendable, Hashable {
  package let seq: Int64
  /// As written, ISO 8601 in UTC.
  package let time: String
  /// The name of its event, which may be one that this version does not know.
  package let event: String
  /// Without the newline.
  package let bytes: [UInt8]

  init(_ head: LogHead, _ bytes: ArraySlice<UInt8>) {
    seq = head.seq
    time = String(decoding: head.time, as: UTF8.self)
    event = String(decoding: head.event, as: UTF8.self)
    self.bytes = Array(bytes.withoutTrailingBlanks)
  }

  /// Whether the whole of a line can be read, and not only its head.
  static func isJSON(_ bytes: [UInt8]) -> Bool {
    struct Numbered: Decodable { var seq: Int64 }
    return (try? JSONDecoder().decode(Numbered.self, from: Data(bytes))) != nil
  }

  /// The sentence for people; the line as it is where there is none.
  package var summary: String {
    struct Summarised: Decodable { var summary: String }
    let decoded = try? JSONDecoder().decode(Summarised.self, from: Data(bytes))
    return decoded?.summary ?? String(decoding: bytes, as: UTF8.self)
  }

  /// Everything that the event tells.
  package func data() throws -> EventData {
    try EventData(json: String(decoding: bytes, as: UTF8.self))
  }
}

/// The fixed beginning of a line, `{"v":1,"seq":7,"time":"…","event":"…"`, read where it stands:
/// most lines are passed over for what it says, and decoding each as JSON would take a hundred
/// times as long.
struct LogHead {
  let seq: Int64
  let time: ArraySlice<UInt8>
  let event: ArraySlice<UInt8>

  /// Nil for what `StatusLog` has not written. Blanks at the end, as an editor of another system leaves a carriage
  /// return, take nothing away from a line.
  init?(_ line: ArraySlice<UInt8>) {
    let line = line.withoutTrailingBlanks
    var rest = line
    guard line.last == UInt8(ascii: "}"), rest.drop(Self.beforeSeq),
      let seq = Int64(String(decoding: rest.take(until: UInt8(ascii: ",")), as: UTF8.self)),
      rest.drop(Self.beforeTime)
    else { return nil }
    let quote = UInt8(ascii: "\"")
    self.seq = seq
    time = rest.take(until: quote)
    guard rest.drop(Self.beforeEvent) else { return nil }
    event = rest.take(until: quote)
  }

  private static let beforeSeq = Array(#"{"v":1,"seq":"#.utf8)
  private static let beforeTime = Array(#","time":""#.utf8)
  private static let beforeEvent = Array(#"","event":""#.utf8)
}

extension ArraySlice<UInt8> {
  var withoutTrailingBlanks: ArraySlice<UInt8> {
    var line = self
    while let last = line.last, last == UInt8(ascii: "\r") || last == UInt8(ascii: " ") {
      line.removeLast()
    }
    return line
  }

  /// Whether it holds what JSON has in no place, as a power cut leaves zeros in the midst of a line.
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
