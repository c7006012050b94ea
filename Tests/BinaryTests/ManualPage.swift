import Foundation

/// A page of `systemd/man` in mdoc(7), as far as the tests look into it.
struct ManualPage {
  /// What `.It` introduces, and the text below it, markup included, up to the next one.
  struct Item {
    var head: String
    var text: String

    /// Those that `Cm` marks, as in `.It Cm begin_time , Cm end_time`.
    var names: [String] {
      let words = head.split(separator: " ").map(String.init)
      guard words.first == "Cm" else { return [] }
      return words.filter { !["Cm", ","].contains($0) }
    }

    var options: [String] { ManualPage.options(head) }
  }

  struct Section {
    var title: String
    var items: [Item] = []
    var text = ""
  }

  let name: String
  let text: String

  init(_ name: String) throws {
    self.name = name
    text = try String(contentsOf: Self.folder.appending(path: name), encoding: .utf8)
  }

  static var all: [ManualPage] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
        try ManualPage($0)
      }
    }
  }

  /// The package's own.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  private static let folder = root.appending(path: "systemd/man")

  private var lines: [Substring] { text.split(separator: "\n") }

  /// Sections and subsections in order, each without those that follow it.
  var sections: [Section] {
    var sections: [Section] = []
    for line in lines {
      if line.hasPrefix(".Sh ") || line.hasPrefix(".Ss ") {
        sections.append(Section(title: String(line.dropFirst(4))))
      } else if !sections.isEmpty {
        sections[sections.count - 1].add(line)
      }
    }
    return sections
  }

  /// Nil: there is none.
  func section(_ title: String) -> Section? { sections.first { $0.title == title } }

  /// The subsections of a section.
  func parts(of title: String) -> [String] {
    let heads = lines.filter { $0.hasPrefix(".Sh ") || $0.hasPrefix(".Ss ") }
    return heads.drop { $0 != ".Sh \(title)" }.dropFirst().prefix { $0.hasPrefix(".Ss ") }
      .map { String($0.dropFirst(4)) }
  }

  /// Every option that markup names: `Fl Fl config` is `--config`, `Fl h` is `-h`.
  var options: Set<String> {
    Set(lines.filter { $0.hasPrefix(".") }.flatMap { Self.options(String($0)) })
  }

  /// The lines of its examples.
  var examples: [String] {
    var isLiteral = false
    return lines.compactMap { line in
      if line.hasPrefix(".Bd -literal") { isLiteral = true }
      if line.hasPrefix(".Ed") { isLiteral = false }
      return isLiteral && !line.hasPrefix(".") ? String(line) : nil
    }
  }

  fileprivate static func options(_ line: String) -> [String] {
    line.matches(of: /\bFl Fl ([a-z][a-z-]*)/).map { "--\($0.1)" }
      + line.matches(of: /\bFl ([A-Za-z])\b/).map { "-\($0.1)" }
  }
}

extension ManualPage.Section {
  fileprivate mutating func add(_ line: Substring) {
    text += line + "\n"
    if line.hasPrefix(".It ") {
      items.append(ManualPage.Item(head: String(line.dropFirst(4)), text: ""))
    } else if !items.isEmpty {
      items[items.count - 1].text += line + "\n"
    }
  }

  var names: [String] { items.flatMap(\.names) }

  func item(_ name: String) -> ManualPage.Item? { items.first { $0.names.contains(name) } }
}
