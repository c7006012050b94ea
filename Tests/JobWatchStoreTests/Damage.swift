import Foundation
import Testing

/// What disks and people do to a database file.
enum Damage: CaseIterable, Sendable {
  case middleOfPage, header, truncated

  private static let pageSize = 4096

  /// To be done while nobody has it open.
  func inflict(on path: String) throws {
    let file = URL(fileURLWithPath: path)
    var bytes = try Data(contentsOf: file)
    let pages = bytes.count / Self.pageSize
    try #require(pages > 20)
    switch self {
    case .middleOfPage:
      // Pages of tables and indexes, behind those that hold the schema: of many, since some may be free.
      for page in stride(from: pages / 2, to: pages - 1, by: 2) {
        let middle = page * Self.pageSize + 8
        bytes.replaceSubrange(middle..<middle + 600, with: Data(repeating: 0x5a, count: 600))
      }
    case .header: bytes.replaceSubrange(0..<100, with: Data(repeating: 0x5a, count: 100))
    case .truncated: bytes = bytes.prefix(pages / 2 * Self.pageSize + 700)
    }
    try bytes.write(to: file)
  }
}
