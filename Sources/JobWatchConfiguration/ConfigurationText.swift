import JobWatchCore
import Yams

/// Turns the bytes of a file into its YAML tree, or says why it has none.
enum ConfigurationText {
  /// An alias repeats what it stands for; nested ones multiply, and comparing the keys of such a tree takes time for
  /// each copy. Twenty cannot multiply to more than some thousand.
  static let aliasLimit = 20

  static let tooLarge = "is larger than \(ConfigurationFile.sizeLimit >> 20) MiB: is this the right file?"

  static func tree(_ bytes: some Collection<UInt8>) throws(ConfigurationProblem) -> Node {
    guard bytes.count <= ConfigurationFile.sizeLimit else { throw ConfigurationProblem(tooLarge) }
    let text: String
    do {
      text = try WrittenText(bytes).text
    } catch {
      throw ConfigurationProblem("\(error)")
    }
    if let line = joint(text) {
      throw ConfigurationProblem(
        "begins with a byte order mark, as where files were joined: remove it",
        at: ConfigurationMark(line: line))
    }
    guard aliases(text) <= aliasLimit else {
      throw ConfigurationProblem("holds more than \(aliasLimit) aliases (*name): write the values out")
    }
    do {
      // Without rules for numbers: `Setting` reads the text. The regular expressions of the rules load tables that stay
      // in the daemon's memory.
      if let root = try compose(yaml: text, .basic), !isNothing(root) { return root }
    } catch {
      throw unreadable(error as? YamlError, text)
    }
    throw ConfigurationProblem("is empty: config/jobwatch.yaml is a template")
  }

  /// The first line that begins with a mark, which would be a part of its key.
  private static func joint(_ text: String) -> Int? {
    let lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    return lines.firstIndex { $0.unicodeScalars.first == "\u{FEFF}" }.map { $0 + 1 }
  }

  private static func isNothing(_ root: Node) -> Bool {
    guard case .scalar(let scalar) = root else { return false }
    return scalar.style == .plain && scalar.string.isEmpty
  }

  /// Counts what may be an alias, outside of comments: a `*` at the beginning of a word. An upper bound, because quoted
  /// text is not recognised.
  private static func aliases(_ text: String) -> Int {
    text.split(whereSeparator: \.isNewline).reduce(0) { count, line in
      if line.drop(while: { $0 == " " }).hasPrefix("#") { return count }
      let words = line.split { " \t,[]{}:".contains($0) }
      return count + words.count { $0.hasPrefix("*") && $0.count > 1 }
    }
  }

  private static func unreadable(_ error: YamlError?, _ text: String) -> ConfigurationProblem {
    switch error {
    case .scanner(let context, let problem, let mark, _),
      .parser(let context, let problem, let mark, _),
      .composer(let context, let problem, let mark, _):
      let part = context.map { " \($0.text) (line \($0.mark.line))" } ?? ""
      return ConfigurationProblem("is not valid YAML: \(problem)\(part)", at: ConfigurationMark(mark))
    case .duplicatedKeysInMapping(_, let context):
      return ConfigurationProblem(
        "the key at column \(context.mark.column) is there twice: remove one of them",
        at: ConfigurationMark(context.mark))
    case .reader(let problem, let offset, _, _):
      let line = text.prefix(offset ?? 0).count(where: \.isNewline) + 1
      return ConfigurationProblem("is not valid YAML: \(problem)", at: ConfigurationMark(line: line))
    default:
      return ConfigurationProblem(
        "is not valid YAML: \(error.map(String.init(describing:)) ?? "unknown")")
    }
  }
}

extension ConfigurationMark {
  init(_ mark: Mark) { (line, column) = (mark.line, mark.column) }
}
