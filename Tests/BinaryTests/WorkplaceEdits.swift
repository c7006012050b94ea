import Testing

/// What an operator changes in the configuration.
extension Workplace {
  /// A second account, with the secrets and endpoints of the first.
  func addAccount(_ name: String) throws {
    let (text, block) = try account("prod")
    let copy = block.replacing("name: prod", with: "name: \(name)")
    try write(text.replacing(block, with: block + copy), to: configuration)
  }

  func removeAccount(_ name: String) throws {
    let (text, block) = try account(name)
    try write(text.replacing(block, with: ""), to: configuration)
  }

  /// The configuration, and of it the lines of an account.
  private func account(_ name: String) throws -> (text: String, block: String) {
    let text = try text(of: configuration)
    let lines = try Regex(" {2}- name: \(name)\n(?: {4}.*\n)*", as: Substring.self)
    return (text, String(try #require(text.firstMatch(of: lines)).output))
  }

  func removeChannel(_ name: String) throws {
    let lines = try text(of: configuration).split(separator: "\n")
    let rest = lines.filter { !$0.hasPrefix("  - {name: \(name),") }
    try write(rest.joined(separator: "\n") + "\n", to: configuration)
  }
}
