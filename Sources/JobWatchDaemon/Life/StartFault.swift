import CloudAPI
import JobWatchConfiguration
import JobWatchFiles
import JobWatchStore

/// A reason not to start with a configuration, or not to take it while running.
package struct StartFault: Sendable, Hashable {
  /// What it is about.
  package enum Place: Sendable, Hashable {
    /// A key path of the file, as in `accounts[0].ca_file`; empty for the file as a whole.
    case key(String)
    /// A secret, below `part` of the file.
    case secret(SecretSource, in: String)
  }

  package enum Reason: Sendable, Hashable {
    /// A person has to do something.
    case lasting
    /// It may be gone by itself.
    case passing
    /// This user may not look, or not write.
    case denied
    /// It is looked for in the environment of the process, and another process has another one.
    case environment
  }

  package var place: Place
  /// What is wrong and what to do about it. Never holds a secret.
  package var message: String
  package var reason: Reason

  package init(_ place: Place, _ message: String, _ reason: Reason = .lasting) {
    self.place = place
    self.message = message
    self.reason = reason
  }

  init(_ place: Place, _ error: any Error) {
    self.init(place, "\(error)", Self.reason(of: error))
  }

  private static func reason(of error: any Error) -> Reason {
    switch error {
    case let error as SecretError where error.reason == .denied: .denied
    case let error as SecretError where error.reason == .environment: .environment
    case let error as CertificateFileError where error.isDenied: .denied
    case let error as FileFailure where error.isDenied: .denied
    case let error as any PassingFault where error.mayPass: .passing
    default: .lasting
    }
  }
}

/// Every reason not to start, or to refuse a new configuration, at once.
package struct StartRefusal: PassingFault, CustomStringConvertible {
  package let problems: [ConfigurationProblem]
  /// Nothing is among them that only a person can put right.
  package let mayPass: Bool
  private let file: String

  package init(_ faults: [StartFault], of configuration: DecodedConfiguration) {
    problems = faults.map { configuration.problem($0) }
    mayPass = faults.allSatisfy { $0.reason == .passing }
    file = configuration.file
  }

  package var description: String {
    problems.map { $0.text(file: file) }.joined(separator: "\n")
  }
}

extension DecodedConfiguration {
  /// The fault with its line, where the file has one for it.
  package func problem(_ fault: StartFault, isWarning: Bool = false) -> ConfigurationProblem {
    let (path, mark) = place(fault.place)
    return ConfigurationProblem(fault.message, at: mark, path: path, isWarning: isWarning)
  }

  private func place(_ place: StartFault.Place) -> (path: String, ConfigurationMark?) {
    switch place {
    case .key(let path): return (path, marks[path])
    case .secret(let source, let part):
      let found = secrets.first { $0.source == source && $0.path.hasPrefix(part) }
      return (found?.path ?? part, found?.mark)
    }
  }
}
