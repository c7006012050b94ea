/// A mistake in a configuration file, and its place.
package struct ConfigurationProblem: Sendable, Hashable, Codable {
  /// From 1; nil: the problem is the whole file's.
  package var line: Int?
  /// From 1, counted in Unicode scalars.
  package var column: Int?
  /// The key path, as in `accounts[0].region`; empty for the file as a whole.
  package var path: String
  /// The mistake and its remedy. Never holds a secret.
  package var message: String
  /// A warning does not stop the daemon.
  package var isWarning: Bool

  package init(
    line: Int? = nil, column: Int? = nil, path: String = "", message: String,
    isWarning: Bool = false
  ) {
    self.line = line
    self.column = column
    self.path = path
    self.message = message
    self.isWarning = isWarning
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

  package init(file: String, problems: [ConfigurationProblem]) {
    self.file = file
    self.problems = problems
  }

  /// Without the warnings, because they do not stop a start.
  package var description: String {
    problems.filter { !$0.isWarning }.map { $0.text(file: file) }.joined(separator: "\n")
  }
}
