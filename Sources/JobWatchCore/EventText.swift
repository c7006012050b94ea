import Foundation

extension EventData {
  /// Reads back what was stored.
  package init(json: String) throws {
    self = try JSONDecoder().decode(EventData.self, from: Data(json.utf8))
  }
}
