/// Suggests what a mistyped name was meant to be.
package enum NearestName {
  /// The one of `names` that is closest to `word`. A third of its letters may differ, and at least one. Nil when none
  /// is that close.
  package static func to(_ word: String, among names: some Sequence<String>) -> String? {
    let letters = comparable(word)
    // A longer word is no typing error, and the comparison is quadratic.
    guard letters.count <= 64 else { return nil }
    let ranked = names.map { (name: $0, distance: distance(letters, comparable($0))) }
    guard let best = ranked.min(by: { ($0.distance, $0.name) < ($1.distance, $1.name) }),
      best.distance <= max(1, letters.count / 3)
    else { return nil }
    return best.name
  }

  /// `did you mean "prod"?`, or all names when none is close; more than 30 are counted.
  package static func hint(_ word: String, among names: some Sequence<String>) -> String {
    if let name = to(word, among: names) { return "did you mean \"\(name)\"?" }
    let known = names.sorted()
    if known.isEmpty { return "none is known here" }
    return known.count > 30 ? "\(known.count) are known" : "known: " + known.joined(separator: ", ")
  }

  /// Case, and `-` for `_`, are no difference.
  private static func comparable(_ word: String) -> [Character] {
    word.lowercased().map { $0 == "-" ? "_" : $0 }
  }

  /// How many letters are missing, doubled, wrong, or have changed places with their neighbours.
  package static func distance(_ left: String, _ right: String) -> Int { distance(Array(left), Array(right)) }

  /// Levenshtein's, with a swap of neighbours as one step.
  private static func distance(_ left: [Character], _ right: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = Array(0...right.count)
    for (row, letter) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        var steps = min(last[column + 1], current[column]) + 1
        steps = min(steps, last[column] + (letter == other ? 0 : 1))
        if row > 0, column > 0, letter == right[column - 1], left[row - 1] == other {
          steps = min(steps, beforeLast[column - 1] + 1)
        }
        current.append(steps)
      }
      beforeLast = last
      last = current
    }
    return last[right.count]
  }
}
