import Foundation
import Glibc
import JobWatchConfiguration

/// Checks a configuration as a start of the daemon would, as far as the user of the command may.
///
/// The owner of the state directory runs the daemon and sees what a start sees. root sees everything, and reads files
/// with the rights of that owner. Another user may not read some files, which is no fault of the configuration.
package struct ConfigurationCheck: Sendable {
  private let decoded: DecodedConfiguration
  /// The daemon that reads this file, or works in its state directory.
  private let daemon: DaemonRecord?
  /// The daemon's where that can be seen, this command's elsewhere.
  package let environment: [String: String]
  /// `environment` is the daemon's.
  private let seesEnvironment: Bool
  /// The daemon has credentials that this command may not read.
  private let areCredentialsHidden: Bool
  private let isOnlooker: Bool
  /// The user whose rights root takes; nil: none.
  private let user: ServiceUser?

  private static let credentials = "CREDENTIALS_DIRECTORY"

  package init(
    _ decoded: DecodedConfiguration,
    environment own: [String: String] = ProcessInfo.processInfo.environment
  ) {
    self.decoded = decoded
    daemon = DaemonRecord.running(with: decoded)
    let ofDaemon = daemon?.environment
    // A reload uses the daemon's environment. The credentials are this command's, or else the daemon's if they can be
    // read here.
    var environment = ofDaemon ?? own
    if let given = own[Self.credentials] {
      environment[Self.credentials] = given
    } else if let place = environment[Self.credentials], access(place, R_OK | X_OK) != 0 {
      environment[Self.credentials] = nil
    }
    self.environment = environment
    seesEnvironment = ofDaemon != nil
    areCredentialsHidden = ofDaemon?[Self.credentials] != nil && environment[Self.credentials] == nil
    var status = stat()
    let isThere = stat(decoded.value.stateDirectory, &status) == 0
    let isHidden = !isThere && errno == EACCES
    let me = geteuid()
    isOnlooker = me != 0 && (isHidden || (isThere && status.st_uid != me))
    user = me == 0 ? (isThere ? ServiceUser(ownerOf: status) : ServiceUser.usual) : nil
  }

  package var configuration: Configuration { decoded.value }

  package struct Report: Sendable {
    package var problems: [ConfigurationProblem]
    /// Every problem that is no warning may pass by itself.
    package var mayPass: Bool
    package var toBeMade: [String]
  }

  /// Everything that a start would refuse, and a reload of the running daemon, by their own code.
  package func report() -> Report {
    // A running daemon has checked its database itself.
    let boot = daemon == nil ? BootID.current(environment: environment) : nil
    let check = { DaemonFiles(decoded).check(unlessCheckedIn: boot) }
    // Before the first start systemd, which is root, makes the directories.
    let files = user.map { $0.isGuessed ? check() : $0.acting(check) } ?? check()
    let moved = DaemonRecord.faults(moving: daemon?.places ?? [:], to: decoded.value)
    let faults = referenceFaults() + files.faults + moved
    let doubts = isOnlooker ? [] : files.doubts.map { decoded.problem($0, isWarning: true) }
    let unclear = decoded.secrets.compactMap { $0.warning(environment: environment) }
    let grave = faults.filter { !isWarning($0) }
    return Report(
      problems: decoded.warnings + faults.map(problem) + doubts + unclear + limits(faults),
      mayPass: !grave.isEmpty && grave.allSatisfy { $0.reason == .passing }, toBeMade: files.toBeMade)
  }

  /// systemd reads credentials as root and hands them over; the service's user must be able to read the rest.
  private func referenceFaults() -> [StartFault] {
    let seen = faults()
    guard let user else { return seen }
    let denied = user.acting { faults() + configurationFault() }.filter {
      $0.reason == .denied && !isCredential($0) && !seen.contains($0)
    }
    return seen + denied
  }

  private func faults() -> [StartFault] { ResolvedReferences.resolve(decoded.value, environment: environment).faults }

  private func configurationFault() -> [StartFault] {
    guard !NeededDirectory.allows(decoded.file, R_OK) else { return [] }
    let message = "may not be read by the service's user: let its group read it"
    return [StartFault(place: .key(""), message: message, reason: .denied)]
  }

  private func isWarning(_ fault: StartFault) -> Bool {
    switch fault.reason {
    case .environment: !seesEnvironment || (areCredentialsHidden && isCredential(fault))
    case .denied: isOnlooker || user?.isGuessed == true
    case .lasting: isOnlooker && isVariable(fault)
    case .passing: false
    }
  }

  private func isVariable(_ fault: StartFault) -> Bool {
    if case .secret(.environment, _) = fault.place { true } else { false }
  }

  private func isCredential(_ fault: StartFault) -> Bool {
    if case .secret(.credential, _) = fault.place { true } else { false }
  }

  private func problem(_ fault: StartFault) -> ConfigurationProblem {
    guard isWarning(fault) else { return decoded.problem(fault) }
    var fault = fault
    if case .secret(.credential(let name), _) = fault.place, fault.reason == .environment {
      fault.message = "credential \(name) cannot be read here: only the service gets it"
    } else if fault.reason == .environment || isVariable(fault) {
      fault.message += " (looked for in the environment of this command)"
    }
    return decoded.problem(fault, isWarning: true)
  }

  /// A warning that this user could not read something, and who can.
  private func limits(_ faults: [StartFault]) -> [ConfigurationProblem] {
    guard isOnlooker, faults.contains(where: isWarning) else { return [] }
    let message = "this user may not look at all that the service reads: sudo jobwatch check says what it finds"
    return [ConfigurationProblem(message, isWarning: true)]
  }
}
