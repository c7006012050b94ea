/// The submissions or the command of a spool file, and the entries that cannot be taken.
///
/// The formats: one JSON object, an array of objects or ids, JSON Lines, plain lines `job_id` or `service job_id`, a
/// table of `openstack`, or one `SpoolCommand`. The first byte that is not white space tells which it is.
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

  /// What is wrong, or doubtful, at a place: `line 3: account "prd" is not known; did you mean "prod"?`
  package struct Remark: Sendable, Hashable, CustomStringConvertible {
    package let place: Place
    package let text: String

    /// - Parameter text: may quote anything. It becomes one line, and is cut far behind the longest of our own.
    init(place: Place, text: String) { (self.place, self.text) = (place, SpoolSubmission.shown(text, limit: 1000)) }

    package var description: String { "\(place): \(text)" }
  }

  package private(set) var submissions: [SpoolSubmission] = []
  package private(set) var command: SpoolCommand?
  /// Why entries were not taken, in the order of the file.
  package private(set) var rejections: [Remark] = []
  /// Warnings, mostly of entries that were taken; each once.
  package private(set) var notes: [Remark] = []

  /// Bytes.
  package static let sizeLimit = 4 << 20
  /// One transaction takes a whole file; a longer one would delay the polls.
  package static let jobLimit = 10_000

  /// Decodes the whole content of a file; any bytes will do.
  /// - Parameter rules: nil: only the form is checked, and whose a URL is stays open.
  package init(decoding bytes: some Collection<UInt8>, rules: SpoolRules?) {
    do throws(Unacceptable) {
      for (place, entry) in try SpoolText.entries(bytes) { take(entry, at: place, rules) }
      try SpoolText.checkCount(submissions.count)
    } catch {
      (submissions, notes) = ([], [])
      rejections = [Remark(place: .file, text: error.reason)]
    }
  }

  /// A file that cannot be read at all.
  package init(rejection reason: String) {
    rejections = [Remark(place: .file, text: reason)]
  }

  private mutating func take(_ entry: SpoolText.Entry, at place: Place, _ rules: SpoolRules?) {
    do throws(Unacceptable) {
      if case .value(.object(let fields)) = entry, SpoolCommand.isOne(fields) {
        return command = try accepted(fields, at: place, rules)
      }
      for draft in try drafts(entry, at: place) {
        do throws(Unacceptable) {
          submissions.append(try accepted(draft, at: place, rules))
        } catch {
          rejections.append(Remark(place: place, text: error.reason))
        }
      }
    } catch {
      rejections.append(Remark(place: place, text: error.reason))
    }
  }

  private mutating func drafts(_ entry: SpoolText.Entry, at place: Place) throws(Unacceptable) -> [SpoolSubmission] {
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
      if let problem = submission.complete(by: rules, note: { note($0, at: place) }) { throw Unacceptable(problem) }
      if let doubt = submission.doubt { note(doubt, at: place) }
    }
    if let problem = submission.problem ?? rules?.problem(submission) { throw Unacceptable(problem) }
    return submission
  }

  private mutating func note(_ text: String, at place: Place) {
    guard !notes.contains(where: { $0.text == text }) else { return }
    notes.append(Remark(place: place, text: text))
  }

  private func accepted(
    _ fields: [String: SpoolField], at place: Place, _ rules: SpoolRules?
  ) throws(Unacceptable) -> SpoolCommand {
    guard place == .file else { throw Unacceptable("a command stands alone: write it into a file of its own") }
    let command = try SpoolCommand(fields)
    if let problem = command.problem ?? rules?.problem(command) { throw Unacceptable(problem) }
    return command
  }
}
