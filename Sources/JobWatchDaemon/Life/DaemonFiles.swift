import CloudAPI
import Foundation
import Glibc
import JobWatchConfiguration
import JobWatchFiles
import JobWatchSpool
import JobWatchStore

/// The directories and files that the daemon keeps, as a start finds them. A check changes nothing, and disturbs no
/// daemon that runs on them.
package struct DaemonFiles: Sendable {
  private let configuration: Configuration
  private let file: String
  private let state: NeededDirectory
  private let log: NeededDirectory
  private let spool: SpoolDirectory

  package init(_ decoded: DecodedConfiguration) {
    (configuration, file) = (decoded.value, decoded.file)
    state = NeededDirectory(path: configuration.stateDirectory, mode: 0o750)
    log = NeededDirectory(path: Directory.parent(of: configuration.statusLog), mode: 0o750)
    spool = SpoolDirectory(path: configuration.spoolDirectory)
  }

  package struct Findings: Sendable {
    package var faults: [StartFault] = []
    /// What keeps the daemon from a part of its work, but not from its start.
    package var doubts: [StartFault] = []
    /// Directories that a start makes.
    package var toBeMade: [String] = []

    fileprivate func isSound(_ key: String) -> Bool {
      !faults.contains { $0.place == .key(key) }
    }

    fileprivate func isThere(_ directory: NeededDirectory, _ key: String) -> Bool {
      isSound(key) && !toBeMade.contains(directory.path)
    }

    fileprivate mutating func note(_ key: String, _ check: () throws -> Void) {
      do {
        try check()
      } catch {
        faults.append(StartFault(.key(key), error))
      }
    }

    fileprivate mutating func require(_ directory: NeededDirectory, _ key: String) {
      do {
        let isThere = try directory.isThere(after: Set(toBeMade))
        if !isThere, !toBeMade.contains(directory.path) { toBeMade.append(directory.path) }
      } catch {
        // A fault of the spool is also one of what is in it.
        if isSound(key) { faults.append(StartFault(.key(key), error)) }
      }
    }
  }

  /// - Parameter boot: the boot of the machine, where a database that was not checked in it is to be read from end to
  ///   end, as the daemon does; nil: it is not.
  package func check(unlessCheckedIn boot: String? = nil) -> Findings {
    var findings = Findings()
    findings.require(state, "state_dir")
    findings.require(log, "status_log")
    for directory in spool.needed { findings.require(directory, "spool_dir") }
    if findings.isThere(state, "state_dir") { findings.note("state_dir", checkState) }
    if findings.isSound("state_dir") {
      findings.note("state_dir") {
        try Store.check(at: configuration.databasePath, unlessCheckedIn: boot)
      }
    }
    findings.note("status_log", checkOtherUses)
    if findings.isThere(log, "status_log") { findings.note("status_log", checkLog) }
    findings.doubts = spoolDoubts(after: findings.toBeMade)
    return findings
  }

  /// What a reload needs: the rest is open.
  func checkSpool() -> [StartFault] {
    var findings = Findings()
    for directory in spool.needed { findings.require(directory, "spool_dir") }
    return findings.faults
  }

  /// Makes the directories that are missing, and returns them.
  package func prepare() throws(FileFailure) -> [String] {
    var made: [String] = []
    for directory in [state, log] + spool.needed where try directory.make() { made.append(directory.path) }
    return made
  }

  /// Beside the database there are the lock and SQLite's own files.
  private func checkState() throws(FileFailure) {
    try Self.requireUse(of: state.path)
    let lock = DaemonLock.path(in: state.path)
    // A lock that may only be read can be held.
    guard NeededDirectory.allows(lock, R_OK) || errno == ENOENT else {
      throw FileFailure("cannot be opened", lock, errno)
    }
  }

  private static func requireUse(of directory: String) throws(FileFailure) {
    guard NeededDirectory.allows(directory, R_OK | W_OK | X_OK) else {
      throw FileFailure("cannot be written to", directory, errno)
    }
  }

  /// As `AppendFile` opens it: a new one also needs its directory.
  private func checkLog() throws(FileFailure) {
    let path = configuration.statusLog
    var status = stat()
    if stat(path, &status) == 0 {
      switch status.st_mode & S_IFMT {
      case S_IFREG: break
      case S_IFDIR: throw FileFailure("cannot be opened", path, EISDIR)
      default: throw FileFailure(notPlain: path)
      }
      guard NeededDirectory.allows(path, R_OK | W_OK) else { throw FileFailure("cannot be opened", path, errno) }
      if Self.isDatabase(path) { throw FileFailure(alreadyUsedAs: "a database", path) }
      return
    }
    guard errno == ENOENT else { throw FileFailure("cannot be opened", path, errno) }
    let target = FilePlace.target(of: path)
    guard target == path || NeededDirectory.allows(Directory.parent(of: target), W_OK | X_OK)
    else { throw FileFailure("leads to \(target), which cannot be opened", path, errno) }
    try Self.requireUse(of: log.path)
  }

  /// Whether the file is one of SQLite's, of whatever program.
  private static func isDatabase(_ path: String) -> Bool {
    let magic = Data("SQLite format 3\0".utf8)
    return (try? FileHandle(forReadingAtPath: path)?.read(upToCount: magic.count)) == magic
  }

  /// A spool that cannot be used does not end the daemon: it watches what it has.
  private func spoolDoubts(after toBeMade: [String]) -> [StartFault] {
    spool.needed.dropFirst().map(\.path).compactMap { path in
      guard !toBeMade.contains(path), access(path, F_OK) == 0,
        !NeededDirectory.allows(path, R_OK | W_OK | X_OK)
      else { return nil }
      let failure = FileFailure("cannot be used, so that nothing is taken in", path, errno)
      return StartFault(.key("spool_dir"), failure)
    }
  }

  /// A file that jobwatch works with or reads cannot be its status log as well: a start would move it aside as a damaged
  /// log, or write lines into it. Also where the log's directory is still to be made, because a first start makes the
  /// database before the log.
  private func checkOtherUses() throws(FileFailure) {
    let place = FilePlace(configuration.statusLog)
    let used = otherUses.first { FilePlace($0.path).isSame(as: place) }?.what
    let isSpooled = place.path.hasPrefix(FilePlace(spool.incoming).path + "/")
    if let what = used ?? (isSpooled ? "in the spool's incoming/" : nil) {
      throw FileFailure(alreadyUsedAs: what, configuration.statusLog)
    }
  }

  private var otherUses: [(what: String, path: String)] {
    let database = configuration.databasePath
    return [("the database", database)]
      + ["-wal", "-shm", "-journal"].map { ("a part of the database", database + $0) }
      + [("the daemon's lock", DaemonLock.path(in: state.path)), ("the configuration", file)]
      + configuration.namedFiles.map { ("a file that the configuration names", $0) }
  }
}

extension Configuration {
  fileprivate var namedFiles: [String] {
    let ofAccounts = accounts.flatMap { account in
      [account.caFile, account.profile?.file] + account.namedSecrets.map(\.path)
    }
    let ofChannels = channels.flatMap { channel -> [String?] in
      guard case .webhook(let url, let secrets, _) = channel.kind else { return [] }
      return ([url] + secrets).map(\.path)
    }
    return (ofAccounts + ofChannels + [heartbeat?.url.path]).compactMap(\.self)
  }
}

extension SecretSource {
  fileprivate var path: String? { if case .file(let path) = self { path } else { nil } }
}
