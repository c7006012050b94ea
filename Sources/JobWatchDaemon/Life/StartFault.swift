import CloudAPI
import JobWatchConfiguration
import JobWatchFiles
import JobWatchStore

/// A reason not to start. `mayPass`: by itself, as a full disk does, and systemd starts the service again; else it needs a
/// person.
package protocol RetryableError: Error {
  var mayPass: Bool { get }
}

/// A reason not to go on: thrown by a worker, it ends the daemon, because only a person can help.
package protocol LastingFault: Error {}

extension StoreError: RetryableError {}

extension FileFailure: RetryableError {}

/// A reason not to start with a configuration, or not to reload it.
package struct StartFault: Sendable, Hashable {
  package enum Place: Sendable, Hashable {
    /// A key path of the file, as in `accounts[0].ca_file`; empty for the file as a whole.
    case key(String)
    /// A secret, below `part` of the file.
    case secret(SecretSource, in: String)
  }

  package enum Reason: Sendable, Hashable {
    /// A person has to do something.
    case lasting
    case passing
    /// This user may not read or write it.
    case denied
    /// It is looked for in the environment of the process, and another process has another one.
    case environment
  }

  package var place: Place
  /// What is wrong and what to do about it. Never holds a secret.
  package var message: String
  package var reason = Reason.lasting
}

extension StartFault {
  init(_ place: Place, _ error: any Error) {
    let reason: Reason =
      switch error {
      case let error as SecretError where error.reason == .denied: .denied
      case let error as SecretError where error.reason == .environment: .environment
      case let error as CertificateFileError where error.isDenied: .denied
      case let error as FileFailure where error.isDenied: .denied
      case let error as any RetryableError where error.mayPass: .passing
      default: .lasting
      }
    self.init(place: place, message: "\(error)", reason: reason)
  }
}

/// Every reason not to start, or to refuse a new configuration, at once.
package struct StartRefusal: RetryableError, CustomStringConvertible {
  package let problems: [ConfigurationProblem]
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
    let (path, mark) =
      switch fault.place {
      case .key(let path): (path, marks[path])
      case .secret(let source, let part):
        secrets.first { $0.source == source && $0.path.hasPrefix(part) }
          .map { ($0.path, $0.mark) } ?? (part, nil)
      }
    return ConfigurationProblem(fault.message, at: mark, path: path, isWarning: isWarning)
  }
}
