/// A line of shell, as far as the tests look into it.
struct ShellLine {
  /// Without the quotes that hold one together.
  let words: [String]

  init(_ text: some StringProtocol) {
    var (words, quote) = ([""], Character?.none)
    for character in text {
      switch character {
      case quote: quote = nil
      case "'",
        "\"" where quote == nil:
        quote = character
      case " " where quote == nil: words.append("")
      default: words[words.count - 1].append(character)
      }
    }
    self.words = words.filter { !$0.isEmpty }
  }

  /// The arguments of each call of jobwatch.
  var calls: [[String]] {
    words.indices.filter { words[$0] == "jobwatch" && isCommand(words[..<$0]) }.map { index in
      Array(words[(index + 1)...].prefix { !["|", "&&", ">", "<", ";"].contains($0) })
    }
  }

  /// Whether what follows these words is a command and no argument.
  private func isCommand(_ words: ArraySlice<String>) -> Bool {
    guard let last = words.last else { return true }
    return ["sudo", "|", "\\|", "&&", "$", "jobwatch"].contains(last) || last.contains("=")
  }
}
