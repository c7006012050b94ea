import Yams

/// Collects what a walk through one file finds. Used by one walk only, hence a plain class.
final class ProblemCollector {
  private(set) var problems: [ConfigurationProblem] = []
  private(set) var secrets: [SecretReference] = []
  private(set) var marks: [String: ConfigurationMark] = [:]

  func add(_ message: String, at mark: Mark?, path: String, isWarning: Bool) {
    problems.append(
      ConfigurationProblem(
        line: mark?.line, column: mark?.column, path: path, message: message,
        isWarning: isWarning))
  }

  func add(_ secret: SecretReference) { secrets.append(secret) }

  func see(_ path: String, at mark: Mark?) {
    marks[path] = mark.map { ConfigurationMark(line: $0.line, column: $0.column) }
  }

  /// The problems, by their lines.
  var inOrder: [ConfigurationProblem] {
    problems.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
  }

  var hasErrors: Bool { problems.contains { !$0.isWarning } }
}
