import Glibc
import JobWatchConfiguration
import JobWatchFiles
import JobWatchSpool
import JobWatchStore

/// The directories and files that the daemon keeps, as a start finds them. To look changes nothing, and disturbs no
/// daemon that runs on them.
package struct Premises: Sendable {
  private let configuration: Configuration
  private let claimed: ClaimedFiles

  package init(_ decoded: DecodedConfiguration) {
    configuration = decoded.value
    claimed = ClaimedFiles(decoded.value, file: decoded.file)
  }

  /// What a look has found.
  package struct Findings: Sendable {
    /// Reasons not to start.
    package var faults: [StartFault] = []
    /// What does not keep the daemon from its start, and from a part of its work.
    package var doubts: [StartFault] = []
    /// Directories that a start makes.
    package var toBeMade: [String] = []
  }

  private var spool: SpoolDirectory { SpoolDirectory(path: configuration.spoolDirectory) }
  private var state: NeededDirectory {
    NeededDirectory(path: configuration.stateDirectory, mode: 0o750)
  }
  private var log: NeededDirectory {
    NeededDirectory(path: NeededDirectory.parent(of: configuration.statusLog), mode: 0o750)
  }

  /// - Parameter boot: the boot of the machine, where a database that was not checked in it is to be read from end to
  ///   end, as the daemon does; nil: it is not.
  package func look(unlessCheckedIn boot: String? = nil) -> Findings {
    var findings = Findings()
    let needed =
      [("state_dir", state), ("status_log", log)] + spool.needed.map { ("spool_dir", $0) }
    for (key, directory) in needed { find(key, directory, &findings) }
    let isMade = { (directory: NeededDirectory) in findings.toBeMade.contains(directory.path) }
    if !isMade(state), !findings.faults.contains(where: { $0.place == .key("state_dir") }) {
      note(&findings, "state_dir") { try lookAtState() }
    }
    if !findings.faults.contains(where: { $0.place == .key("state_dir") }) {
      note(&findings, "state_dir") {
        try Store.check(at: configuration.databasePath, unlessCheckedIn: boot)
      }
    }
    note(&findings, "status_log") { try lookAtClaims() }
    if !isMade(log), !findings.faults.contains(where: { $0.place == .key("status_log") }) {
      note(&findings, "status_log") { try lookAtLog() }
    }
    doubtSpool(&findings)
    return findings
  }

  /// What a reload needs: the rest is open.
  func lookAtSpool() -> [StartFault] {
    var findings = Findings()
    for directory in spool.needed { find("spool_dir", directory, &findings) }
    return findings.faults
  }

  /// Makes what is missing and may be made, and returns it.
  func prepare() throws(FileFailure) -> [String] {
    var made: [String] = []
    for directory in [state, log] + spool.needed where try directory.make() {
      made.append(directory.path)
    }
    return made
  }

  private func find(_ key: String, _ directory: NeededDirectory, _ findings: inout Findings) {
    do {
      let isThere = try directory.isThere(after: Set(findings.toBeMade))
      if !isThere, !findings.toBeMade.contains(directory.path) {
        findings.toBeMade.append(directory.path)
      }
    } catch {
      let fault = StartFault(.key(key), error)
      // What holds for the spool holds for what is in it.
      if !findings.faults.contains(where: { $0.place == fault.place }) {
        findings.faults.append(fault)
      }
    }
  }

  private func note(_ findings: inout Findings, _ key: String, _ body: () throws -> Void) {
    do {
      try body()
    } catch {
      findings.faults.append(StartFault(.key(key), error))
    }
  }

  /// The database is not all that is put there: the lock is, and what SQLite needs beside it.
  private func lookAtState() throws(FileFailure) {
    guard NeededDirectory.allows(state.path, R_OK | W_OK | X_OK) else {
      throw FileFailure("cannot be written to", state.path, errno)
    }
    let lock = DaemonLock.path(in: state.path)
    // Who may only read it can lock it.
    guard NeededDirectory.allows(lock, R_OK) || errno == ENOENT else {
      throw FileFailure("cannot be opened", lock, errno)
    }
  }

  /// Also where its directory is still to be made: a first start makes the database before the log.
  private func lookAtClaims() throws(FileFailure) {
    let path = configuration.statusLog
    if let claim = claimed.claim(on: path) { throw FileFailure(claimed: claim, path) }
  }

  /// As `AppendFile` opens it: a new one also needs its directory.
  private func lookAtLog() throws(FileFailure) {
    let path = configuration.statusLog
    var status = stat()
    if stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFDIR: throw FileFailure("cannot be opened", path, EISDIR)
      default: throw FileFailure(notPlain: path)
      }
      guard NeededDirectory.allows(path, R_OK | W_OK) else {
        throw FileFailure("cannot be opened", path, errno)
      }
      if FilePlace.isDatabase(path) { throw FileFailure(claimed: "a database", path) }
      return
    }
    guard errno == ENOENT else { throw FileFailure("cannot be opened", path, errno) }
    let target = FilePlace.target(of: path)
    let directory = NeededDirectory.parent(of: target)
    guard target == path || NeededDirectory.allows(directory, W_OK | X_OK) else {
      throw FileFailure("leads to \(target), which cannot be opened", path, errno)
    }
    guard NeededDirectory.allows(log.path, R_OK | W_OK | X_OK) else {
      throw FileFailure("cannot be written to", log.path, errno)
    }
  }

  /// A spool that cannot be used ends no daemon: it watches what it has.
  private func doubtSpool(_ findings: inout Findings) {
    for directory in spool.needed.dropFirst()
    where !findings.toBeMade.contains(directory.path) && access(directory.path, F_OK) == 0 {
      guard !NeededDirectory.allows(directory.path, R_OK | W_OK | X_OK) else { continue }
      let failure = FileFailure(
        "cannot be used, so that nothing is taken in", directory.path, errno)
      findings.doubts.append(StartFault(.key("spool_dir"), failure))
    }
  }
}
