import Yams

/// Collects what a walk through one file finds. Used by one walk only, hence a plain class.
final class ProblemNotes {
  private(set) var problems: [ConfigurationProblem] = []
  private(set) var secrets: [SecretPlace] = []

  func add(_ message: String, at mark: Mark?, path: String, isWarning: Bool) {
    problems.append(
      ConfigurationProblem(
        line: mark?.line, column: mark?.column, path: path, message: message,
        isWarning: isWarning))
  }

  func add(_ secret: SecretPlace) { secrets.append(secret) }

  var hasErrors: Bool { problems.contains { !$0.isWarning } }
}
