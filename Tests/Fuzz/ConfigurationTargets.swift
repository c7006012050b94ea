@testable import JobWatchConfiguration

extension FuzzTarget {
  /// What operators write.
  static let configuration = [
    // The file; each `^` in it is a secret.
    FuzzTarget("configuration") { try configuration(String(decoding: $0, as: UTF8.self)) }
  ]

  private static let secret = "kT9wZ4pQ7xR2mB8vL5nC3jH6sD1fG0aY"

  private static func configuration(_ text: String) throws(Violation) {
    let text = text.replacing("^", with: secret)
    let first = decoded(text)
    let again = decoded(text)
    // Of several keys that are there twice the parser of YAML names any.
    let isAny = first.problems.contains { $0.message.contains("is there twice") }
    try require(
      first.value == again.value && (isAny || first.problems == again.problems), "the same text is two configurations")
    if let value = first.value {
      try require(!first.problems.contains { !$0.isWarning }, "used in spite of \(first.problems)")
      try usable(value)
    } else {
      try require(first.problems.contains { !$0.isWarning }, "refused without a reason")
    }
    for problem in first.problems { try told(problem, of: text) }
  }

  private static func decoded(_ text: String) -> (value: Configuration?, problems: [ConfigurationProblem]) {
    do throws(ConfigurationError) {
      let decoded = try ConfigurationFile.decode(Array(text.utf8), path: "j.yaml")
      return (decoded.value, decoded.warnings)
    } catch {
      return (nil, error.problems)
    }
  }

  private static func usable(_ value: Configuration) throws(Violation) {
    for names in [value.accounts.map(\.name), value.channels.map(\.name)] {
      try require(Set(names).count == names.count && names.allSatisfy(ConfiguredName.isValid), "the names \(names)")
    }
    try require(!value.accounts.isEmpty, "no account")
    for endpoint in value.accounts.flatMap(\.endpoints.values) {
      try require(endpoint.hasPrefix("http") && endpoint.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f }, endpoint)
    }
    for path in [value.stateDirectory, value.spoolDirectory, value.statusLog] {
      try require(path.hasPrefix("/") && !path.contains("\0"), path)
    }
  }

  /// In one line, with its place and its cure, without the secret or a part of it.
  private static func told(_ problem: ConfigurationProblem, of text: String) throws(Violation) {
    let message = problem.text(file: "j.yaml")
    try require(
      !message.contains(secret.prefix(8)) && !message.contains(secret.suffix(8)), "a secret is told: \(message)")
    try require(!message.utf8.contains { $0 < 0x20 } && message.utf8.count <= 2000, "more than a line: \(message)")
    let isWhole = wholes.contains(where: problem.message.contains)
    // The end of the file is on the line behind its last.
    let lines = text.unicodeScalars.count { $0.properties.isWhitespace } + 2
    try require(problem.line.map { (1...lines).contains($0) } ?? isWhole, "no line: \(message)")
    try require(cures.contains(where: problem.message.contains), "no cure: \(message)")
  }

  /// Messages about the file as a whole.
  private static let wholes = ["is larger than", "is not UTF-8", "is empty"]
  /// Words with which a message says what to do.
  private static let cures = [": ", "; ", "must ", "such as"]
}
