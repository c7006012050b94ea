import Foundation
import Testing

/// The pages for people who change the code, and what comments cite.
@Suite struct `The pages` {
  static let pages = ["README.md", "Sources/INTERNALS.md", "Tests/TESTING.md"]

  @Test(arguments: pages)
  func `are short enough to be read`(_ page: String) throws {
    let lines = try SourceTree.text(page).split(separator: "\n", omittingEmptySubsequences: false)
    #expect(lines.count - 1 <= 200)
  }

  @Test(arguments: pages)
  func `name only files that exist`(_ page: String) throws {
    let text = try SourceTree.text(page)
    let folder = (page as NSString).deletingLastPathComponent
    let links = text.matches(of: /\]\((?!https?:)([^)]+)\)/).map { "\(folder)/\($0.1)" }
    let top = `The package`.topLevel
    let paths = Self.words(of: text).filter { word in
      word.contains("/") && top.contains(String(word.prefix { $0 != "/" })) || top.contains(word)
    }
    #expect(!paths.isEmpty)
    let missing = (links + paths).filter { path in
      !FileManager.default.fileExists(atPath: SourceTree.root.appendingPathComponent(path).path)
    }
    #expect(missing.isEmpty)
  }

  /// Words in backquotes with a capital in front and a small letter are types or targets, perhaps with a member; in a
  /// drawing those with a second capital are.
  @Test(arguments: pages)
  func `name only types that exist`(_ page: String) throws {
    let code = try SourceTree.files(in: "Sources").map(\.code)
    let types = Self.names(after: ["struct", "class", "enum", "actor", "protocol", "typealias"], in: code)
    let members = Self.names(after: ["func", "var", "let", "case"], in: code)
    let targets = try SourceTree.names(in: "Sources").union(SourceTree.names(in: "Tests"))
    let text = try SourceTree.text(page)
    let named = Self.words(of: text).compactMap {
      $0.wholeMatch(of: /([A-Z]\w*[a-z]\w*)(?:\.([a-z]\w*))?/)
    }
    let drawn = Self.blocks(of: text).joined().matches(of: /\b[A-Z]\w*[a-z]\w*[A-Z]\w*\b/)
    let names = Set(named.map { $0.1 } + drawn.map(\.output))
    let missing = names.filter { !types.contains($0) && !targets.contains(String($0)) }
    #expect(missing.isEmpty)
    #expect(Set(named.compactMap { $0.2 }).subtracting(members).isEmpty)
  }

  private static func names(after keywords: Set<Substring>, in code: [String]) -> Set<Substring> {
    code.reduce(into: []) { names, text in
      let words = text.split { !$0.isLetter && !$0.isNumber && $0 != "_" }
      for (keyword, name) in zip(words, words.dropFirst()) where keywords.contains(keyword) { names.insert(name) }
    }
  }

  /// What stands between backquotes, outside of the blocks.
  private static func words(of text: String) -> [String] {
    parts(of: text, from: 0).joined().matches(of: /`([^`\n]+)`/).map { String($0.1) }
  }

  /// Drawings and examples.
  private static func blocks(of text: String) -> [String] { parts(of: text, from: 1) }

  private static func parts(of text: String, from first: Int) -> [String] {
    text.split(separator: "```", omittingEmptySubsequences: false).enumerated()
      .filter { $0.offset % 2 == first }.map { String($0.element) }
  }

  @Test(arguments: ["Sources", "Tests"])
  func `that a comment cites are in the repository`(_ folder: String) throws {
    let sources = SourceTree.root.appendingPathComponent("Sources").path
    let files = try FileManager.default.subpathsOfDirectory(atPath: sources)
    let names = Set(files.map { ($0 as NSString).lastPathComponent } + ["README.md"])
    let wrong = try SourceTree.files(in: folder).flatMap { file in
      let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false)
      return lines.indices.filter { !Self.isInOrder(lines, $0, among: names) }.map {
        "\(file.path):\($0 + 1)"
      }
    }
    #expect(wrong.isEmpty)
  }

  private static func isInOrder(_ lines: [Substring], _ index: Int, among names: Set<String>) -> Bool {
    guard let comment = lines[index].firstMatch(of: /(?:^|\s)\/\/\/?(.*)/)?.1 else { return true }
    let pages = comment.matches(of: /(?:^|[\s(`\/])([\w-]+\.md)\b/).map { String($0.1) }
    guard comment.firstMatch(of: /\bDESIGN\b|\bcloud-api\b/) == nil,
      Set(pages).isSubset(of: names)
    else { return false }
    guard comment.firstMatch(of: /\bsections? \d/) != nil else { return true }
    // Of a standard, which is named in this line or the one before.
    return lines[max(index - 1, 0)...index].joined().contains(/RFC \d|YAML|https:/)
  }
}
