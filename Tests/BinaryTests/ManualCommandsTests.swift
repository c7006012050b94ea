import Foundation
import Testing

/// What the manual says of commands is what the built binary has.
@Suite struct `The manual of the commands` {
  /// The library's own, which no help shows.
  static let hidden = "--generate-completion-script"

  @Test func `names every command and option, and no other`() async throws {
    let page = try ManualPage("jobwatch.1")
    let commands = try await HelpDump.read().commands
    #expect(page.parts(of: "COMMANDS").sorted() == commands.map(\.commandName).sorted())
    let common = Set(try #require(page.section("COMMON OPTIONS")).items.flatMap(\.options))
    for command in commands {
      let section = try #require(page.section(command.commandName), "\(command.commandName)")
      let options = Set(section.items.flatMap(\.options))
      #expect(options == command.options.subtracting(common), "\(command.commandName)")
      #expect(section.text.contains(".Cm \(command.commandName)\n"), "\(command.commandName)")
    }
    #expect(commands.reduce(into: Set()) { $0.formUnion($1.options) }.isSuperset(of: common))
  }

  @Test func `gives every default, and the words that an option takes`() async throws {
    let page = try ManualPage("jobwatch.1")
    let states = try #require(ManualPage("jobwatch-status.5").section("STATES"))
    for command in try await HelpDump.read().commands {
      let titles = [command.commandName, "COMMON OPTIONS"]
      let items = titles.compactMap(page.section).flatMap(\.items)
      for argument in command.arguments {
        guard let name = argument.names?.last?.text else { continue }
        let item = try #require(items.first { $0.options.contains(name) }, "\(name)")
        let told = Set(item.text.split { " \n".contains($0) }.map(Self.withoutStop) + states.names)
        let words = (argument.allValues ?? []) + [argument.defaultValue].compactMap(\.self)
        #expect(told.isSuperset(of: words), "\(command.commandName) \(name)")
      }
    }
  }

  private static func withoutStop(_ word: Substring) -> String { String(word.hasSuffix(".") ? word.dropLast() : word) }

  @Test func `speaks of no option or command that is not there`() async throws {
    let commands = try await HelpDump.read().commands
    let known = commands.reduce(into: Set([Self.hidden])) { $0.formUnion($1.options) }
    for page in try ManualPage.all {
      #expect(page.options.subtracting(known).isEmpty, "\(page.name)")
      for example in page.examples { try check(example, commands) }
    }
    let readme = try String(contentsOf: ManualPage.root.appending(path: "README.md"), encoding: .utf8)
    // Every second part is code, in a line or in a block.
    for (index, span) in readme.split(separator: "`", omittingEmptySubsequences: false).enumerated()
    where !index.isMultiple(of: 2) {
      for line in span.split(separator: "\n") { try check(String(line), commands) }
    }
  }

  /// Each `jobwatch COMMAND --OPTION …` of a line of shell.
  private func check(_ line: String, _ commands: [HelpDump.Command]) throws {
    for call in ShellLine(line).calls {
      guard let name = call.first, name != Self.hidden, name != "jobwatch" else { continue }
      guard name.wholeMatch(of: /[a-z]+/) != nil else { continue }
      let command = try #require(commands.first { $0.commandName == name }, "\(line)")
      let options = call.filter { $0.hasPrefix("--") }.map { String($0.prefix { $0 != "=" }) }
      #expect(command.options.isSuperset(of: options), "\(line)")
    }
  }
}
