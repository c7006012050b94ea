import JobWatchCore
import JobWatchSpool
import Logging

/// What the daemon's log says of spool files that wait or are taken with a doubt, with the remedy.
struct SpoolWarnings: Sendable {
  let directory: SpoolDirectory
  let log: Logger

  func isOpen(_ name: SpoolDirectory.Name, _ identity: SpoolDirectory.Identity) {
    let path = "\(directory.incoming)/\(name.text)"
    log.warning(
      "a spool file is still open for writing, and is taken in once its writer closes it",
      metadata: [
        "file": "\(name)", "path": "\(path)", "size": "\(identity.size)",
        "cure": "let its writer close it, or end it: sudo fuser -v \(path) shows who it is",
      ])
  }

  func cannotDetect(because reason: String) {
    log.warning(
      "whether a spool file is still being written cannot be seen: it rests before it is taken in",
      metadata: [
        "reason": "\(reason)", "rest": "\(WaitingFiles.rest.spoken)",
        "cure":
          "rename files into incoming/, or give the service CAP_LEASE (jobwatch-lease.conf) and a local spool",
      ])
  }

  func doubts(_ note: SpoolFile.Remark, in name: SpoolDirectory.Name) {
    log.warning(
      "a spool file is taken in with a doubt", metadata: ["file": "\(name)", "doubt": "\(note)"])
  }
}
