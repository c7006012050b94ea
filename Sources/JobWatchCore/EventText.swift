import Foundation

extension EventData {
  package init(json: String) throws {
    self = try JSONDecoder().decode(EventData.self, from: Data(json.utf8))
  }

  /// As it is stored and told. Keys are sorted, to make equal data equal text.
  package func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }

  /// The stored data where it fits into `limit` bytes, else trimmed to them.
  /// - Parameter limit: 8192 or more.
  package static func text(_ stored: String, within limit: Int) -> String {
    if stored.utf8.count <= limit { return stored }
    // Another version stored what cannot be read; it must not be tried for ever.
    return (try? EventData(json: stored).trimmed(to: limit).json())
      ?? #"{"summary":"too long to be told here: see jobwatch show","truncated":["summary"]}"#
  }
}
