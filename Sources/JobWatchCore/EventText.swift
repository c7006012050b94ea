import Foundation

/// JSON as it is stored and told. Keys are sorted: equal values are equal text.
package enum StoredJSON {
  private static let encoder = {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return encoder
  }()

  package static func text(_ value: some Encodable) throws -> String {
    String(decoding: try encoder.encode(value), as: UTF8.self)
  }

  package static func value<Value: Decodable>(_ type: Value.Type, _ text: String) throws -> Value {
    try JSONDecoder().decode(type, from: Data(text.utf8))
  }
}

extension EventData {
  package init(json: String) throws { self = try StoredJSON.value(EventData.self, json) }

  package func json() throws -> String { try StoredJSON.text(self) }

  /// The stored data where it fits into `limit` bytes, else trimmed to them.
  /// - Parameter limit: 8192 or more.
  package static func text(_ stored: String, within limit: Int) -> String {
    if stored.utf8.count <= limit { return stored }
    // Another version stored what cannot be read; it must not be tried for ever.
    return (try? EventData(json: stored).trimmed(to: limit).json())
      ?? #"{"summary":"too long to be told here: see jobwatch show","truncated":["summary"]}"#
  }
}
