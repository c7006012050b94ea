/// The submissions or the command of a spool file, and the entries that cannot be taken.
///
/// The formats: one JSON object, an array of objects or ids, JSON Lines, plain lines `job_id` or `service job_id`, a
/// table of `openstack`. Which one it is shows in the first byte that is not white space. Or one `SpoolCommand`,
/// alone.
package struct SpoolFile: Sendable, Hashable {
  /// A place in a file; numbers count from 1.
  package enum Place: Sendable, Hashable, CustomStringConvertible {
    /// Nothing of the file was taken.
    case file
    case line(Int)
    /// Of an array.
    case entry(Int)

    package var description: String {
      switch self {
      case .file: "the file"
      case .line(let number): "line \(number)"
      case .entry(let number): "entry \(number)"
      }
    }
  }

  package struct Rejection: Sendable, Hashable, CustomStringConvertible {
    package var place: Place
    /// The mistake and its remedy.
    package var reason: String

    /// `line 3: account "prd" is not known; did you mean "prod"?`
    package var description: String { "\(place): \(reason)" }
  }

  package private(set) var submissions: [SpoolSubmission] = []
  package private(set) var command: SpoolCommand?
  /// In the order of the file.
  package private(set) var rejections: [Rejection] = []

  /// Warnings of entries that were taken; each once.
  package private(set) var notes: [Note] = []

  package struct Note: Sendable, Hashable, CustomStringConvertible {
    package var place: Place
    package var text: String

    package var description: String { "\(place): \(text)" }
  }

  /// Bytes.
  package static let sizeLimit = 4 << 20
  /// One transaction takes a whole file; a longer one would delay the polls.
  package static let jobLimit = 10_000

  /// Decodes the whole content of a file; any bytes will do.
  /// - Parameter rules: nil checks the form only, not whether the names are known, and leaves open what only the
  ///   configuration tells: whose a URL is.
  package init(decoding bytes: some Collection<UInt8>, rules: SpoolRules?) {
    do throws(Unacceptable) {
      for (place, entry) in try SpoolText.entries(bytes) { take(entry, at: place, rules) }
      try SpoolText.checkCount(submissions.count)
    } catch {
      (submissions, notes) = ([], [])
      rejections = [Rejection(place: .file, reason: error.reason)]
    }
  }

  /// A file that cannot be read at all.
  package init(rejection reason: String) {
    rejections = [Rejection(place: .file, reason: reason)]
  }

  private mutating func take(_ entry: SpoolText.Entry, at place: Place, _ rules: SpoolRules?) {
    do throws(Unacceptable) {
      if case .value(.object(let fields)) = entry, SpoolCommand.isOne(fields) {
        return command = try accepted(fields, at: place, rules)
      }
      for draft in try drafts(entry, at: place) { take(draft, at: place, rules) }
    } catch {
      rejections.append(Rejection(place: place, reason: error.reason))
    }
  }

  private mutating func take(_ draft: SpoolSubmission, at place: Place, _ rules: SpoolRules?) {
    do throws(Unacceptable) {
      submissions.append(try accepted(draft, at: place, rules))
    } catch {
      rejections.append(Rejection(place: place, reason: error.reason))
    }
  }

  private mutating func drafts(
    _ entry: SpoolText.Entry, at place: Place
  ) throws(Unacceptable) -> [SpoolSubmission] {
    switch entry {
    case .broken(let reason): throw Unacceptable(reason)
    case .plain(let line): return [try SpoolLine.submission(line)]
    case .value(.text(let word)): return [SpoolSubmission(word: word)]
    case .value(let value):
      var entry = try SpoolEntry(value)
      let drafts = try entry.submissions()
      for text in entry.notes { note(text, at: place) }
      return drafts
    }
  }

  private mutating func accepted(
    _ draft: SpoolSubmission, at place: Place, _ rules: SpoolRules?
  ) throws(Unacceptable) -> SpoolSubmission {
    var submission = draft
    if let rules {
      for text in CloudNames.leave(&submission, rules) { note(text, at: place) }
      if let problem = rules.addresses.resolve(&submission) { throw Unacceptable(problem) }
      submission.adoptReply()
      if let doubt = submission.doubt { note(doubt, at: place) }
    }
    if let problem = submission.problem ?? rules?.problem(submission) {
      throw Unacceptable(problem)
    }
    return submission
  }

  private mutating func note(_ text: String, at place: Place) {
    guard !notes.contains(where: { $0.text == text }) else { return }
    notes.append(Note(place: place, text: text))
  }

  private func accepted(
    _ fields: [String: SpoolField], at place: Place, _ rules: SpoolRules?
  ) throws(Unacceptable) -> SpoolCommand {
    guard place == .file else {
      throw Unacceptable("a command stands alone: write it into a file of its own")
    }
    let command = try SpoolCommand(fields)
    if let problem = command.problem ?? rules?.problem(command) { throw Unacceptable(problem) }
    return command
  }
}
