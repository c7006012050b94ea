import Foundation
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon

/// What the manual says of the configuration is what the daemon's own decoder takes.
@Suite struct `The manual of the configuration` {
  private let keys = ConfigurationKeys()

  @Test func `names every key with the range of its values, and no other`() throws {
    let page = try ManualPage("jobwatch.yaml.5")
    #expect(keys.ranges.count > 60)
    for (path, range) in keys.ranges {
      guard let text = explanation(of: path, in: page) else {
        Issue.record("\(path) is not in the manual")
        continue
      }
      #expect(range.map(text.contains) ?? true, "\(path): \(range ?? "")")
    }
    let top = try #require(page.section("TOP LEVEL")).names
    let sections = page.parts(of: "TOP LEVEL")
    let below = sections.flatMap { title in
      (page.section(title)?.names ?? []).map { "\(title).\($0)" }
    }
    #expect(Set(top + sections + below) == Set(keys.ranges.keys))
    #expect(Set(try #require(page.section("SECRETS")).names) == keys.secretForms)
  }

  @Test func `lists every format of a webhook`() throws {
    let page = try ManualPage("jobwatch.yaml.5")
    let formats = (page.section("channels")?.items ?? []).map(\.head).filter { $0.hasPrefix("Li ") }
    #expect(Set(formats) == Set(WebhookFormat.all.keys.map { "Li \($0)" }))
    #expect(WebhookFormat.all[Channel.FormatName().text] != nil)
  }

  /// The template is compared with the defaults of the code elsewhere.
  @Test func `gives the defaults that the template shows`() throws {
    let page = try ManualPage("jobwatch.yaml.5")
    let template = try String(contentsOf: ManualPage.root.appending(path: "config/jobwatch.yaml"), encoding: .utf8)
    var section = ""
    var count = 0
    for line in template.split(separator: "\n") {
      guard let match = line.wholeMatch(of: /(\s\s)?(\w+):\s*(.*?)(?:\s+#.*|#.*)?/) else { continue }
      let (isTop, key, value) = (match.1 == nil, String(match.2), String(match.3))
      if isTop { section = key }
      guard !value.isEmpty, !["services", "accounts", "routes"].contains(section) else { continue }
      let path = isTop ? key : "\(section).\(key)"
      let text = try #require(explanation(of: path, in: page), "\(path)")
      #expect(text.contains("Default: \(value)"), "\(path)")
      count += 1
    }
    #expect(count > 20)
  }

  /// What the page says of a key, on one line, without the markup of words.
  private func explanation(of path: String, in page: ManualPage) -> String? {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    let text =
      parts.count == 2
      ? page.section(parts[0])?.item(parts[1])?.text
      : page.section("TOP LEVEL")?.item(path)?.text ?? page.section(path)?.text
    let words = text?.replacing(/\.(?:Li|Pa|Cm)\s/, with: " ").split { " \n".contains($0) }
    return words?.joined(separator: " ")
  }
}
