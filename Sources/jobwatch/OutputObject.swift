import Foundation

/// A JSON object of `--json`, under the names that users see. A member that is nil is left out.
struct OutputObject: Encodable, ExpressibleByDictionaryLiteral {
  private let members: [(name: String, value: any Encodable)]

  init(dictionaryLiteral members: (String, (any Encodable)?)...) {
    self.members = members.compactMap { name, value in value.map { (name, $0) } }
  }

  private struct Name: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }

    init?(intValue: Int) { nil }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Name.self)
    for member in members { try container.encode(member.value, forKey: Name(stringValue: member.name)) }
  }
}

/// The form of every `--json` output: one line, keys in snake case and in order.
enum OutputText {
  static func line(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}

extension Double {
  /// Rounded to three digits after the point.
  var thousandths: Double { (self * 1000).rounded() / 1000 }

  /// Nil for infinity, which JSON cannot say.
  var finite: Double? { isFinite ? thousandths : nil }
}
