/// The last status word of a job, where it is one that jobwatch does not know.
package struct UnknownWord: Hashable, Sendable {
  /// As sent; empty where the record has no status.
  package var word: String
  /// When it was first seen; where that is not on record, the last sighting.
  package var since: Timestamp?
  package var lastSeen: Timestamp?
  /// The word may be a known one, in a record that is broken JSON.
  package var isGuessed = false

  /// For people: `its last word was "FROZEN", which jobwatch does not know`.
  package var text: String {
    if word.isEmpty { return "its record had no status" }
    return isGuessed
      ? "its last word was \"\(word)\", in a record that was broken JSON"
      : "its last word was \"\(word)\", which jobwatch does not know"
  }

  /// Why a job that vanished with it is lost.
  var cause: String {
    let span = [since.map { "from \($0)" }, lastSeen.map { "to \($0)" }].compactMap(\.self)
    return text + (span.isEmpty ? "" : ", " + span.joined(separator: " ")) + "; then the record was gone"
  }

  static let cure = "look at what the job was to make; the word belongs on the list of its service, so report it"
}

extension Job {
  /// Nil if the last record had a known word.
  package var unknownWord: UnknownWord? {
    guard let word = report?.rawStatus, hasReported(word) else { return nil }
    return UnknownWord(
      word: word, since: notices.unknownWordSince ?? lastSeenAt, lastSeen: lastSeenAt,
      isGuessed: report?.isGuessed == true)
  }

  /// Whether the word, in any spelling, was told to be unknown.
  func hasReported(_ word: String) -> Bool {
    reportedWords.contains { StatusWord($0) == StatusWord(word) }
  }
}
