import Foundation

/// The files of this package, as they lie beside this one.
struct SourceTree {
  struct File: Sendable {
    /// From the package's root.
    var path: String
    var text: String

    /// The folder below `Sources` or `Tests`.
    var target: String {
      path.split(separator: "/").dropFirst().first.map(String.init) ?? ""
    }

    var lineCount: Int { text.split(separator: "\n", omittingEmptySubsequences: false).count - 1 }

    /// The modules named by `import X`, `@testable import X` and `import struct X.Y`.
    var imports: Set<String> {
      let line = /^\s*(?:@\w+\s+|package\s+|internal\s+|private\s+|fileprivate\s+)*import\s+(.+)$/
      let kinds: Set<Substring> = [
        "struct", "class", "enum", "protocol", "func", "typealias", "var",
      ]
      return Set(
        text.split(separator: "\n").compactMap { try? line.wholeMatch(in: $0)?.1 }.compactMap {
          $0.split(separator: " ").first { !kinds.contains($0) }?.prefix { $0 != "." }
        }.map(String.init))
    }

    /// The text without whole-line comments.
    var code: String {
      text.split(separator: "\n").filter { !$0.drop { $0 == " " }.hasPrefix("//") }
        .joined(separator: "\n")
    }
  }

  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  static func text(_ path: String) throws -> String {
    try String(contentsOf: root.appendingPathComponent(path), encoding: .utf8)
  }

  static func names(in folder: String = "") throws -> Set<String> {
    Set(try FileManager.default.contentsOfDirectory(atPath: root.appendingPathComponent(folder).path))
  }

  /// Every Swift file below a folder.
  static func files(in folder: String) throws -> [File] {
    let below = root.appendingPathComponent(folder).path
    return try FileManager.default.subpathsOfDirectory(atPath: below).sorted()
      .filter { $0.hasSuffix(".swift") }
      .map { File(path: "\(folder)/\($0)", text: try text("\(folder)/\($0)")) }
  }
}
