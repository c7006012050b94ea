/// A place in a file, from 1.
package struct ConfigurationMark: Sendable, Hashable {
  package var line: Int
  /// Counted in Unicode scalars; nil: not known.
  var column: Int?
}

/// A mistake in a configuration file, and its place.
package struct ConfigurationProblem: Error, Sendable, Hashable, Codable {
  /// Nil: the problem is the whole file's.
  package var line: Int?
  package var column: Int?
  /// The key path, as in `accounts[0].region`; empty for the file as a whole.
  package var path: String
  /// The mistake and its cure. Never holds a secret.
  package var message: String
  /// A warning does not stop the daemon.
  package var isWarning: Bool

  package init(_ message: String, at mark: ConfigurationMark? = nil, path: String = "", isWarning: Bool = false) {
    (line, column) = (mark?.line, mark?.column)
    (self.path, self.message, self.isWarning) = (path, message, isWarning)
  }

  /// `FILE:LINE: path: message`, the form that editors jump to.
  package func text(file: String) -> String {
    let place = line.map { "\(file):\($0)" } ?? file
    let subject = path.isEmpty ? "" : "\(path): "
    return "\(place): \(isWarning ? "warning: " : "")\(subject)\(message)"
  }
}

/// Every reason why a configuration file cannot be used, at once.
package struct ConfigurationError: Error, Sendable, CustomStringConvertible {
  package var file: String
  /// In the order of the file; warnings among them.
  package var problems: [ConfigurationProblem]

  /// Without the warnings, because they do not stop a start.
  package var description: String {
    problems.filter { !$0.isWarning }.map { $0.text(file: file) }.joined(separator: "\n")
  }
}

/// Collects what a walk through one file finds. Used by one walk only, hence a plain class.
final class ProblemCollector {
  var problems: [ConfigurationProblem] = []
  var secrets: [SecretReference] = []
  var marks: [String: ConfigurationMark] = [:]

  var inOrder: [ConfigurationProblem] {
    problems.sorted { ($0.line ?? 0, $0.column ?? 0) < ($1.line ?? 0, $1.column ?? 0) }
  }

  var hasErrors: Bool { problems.contains { !$0.isWarning } }
}
