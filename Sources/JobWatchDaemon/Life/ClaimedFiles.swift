import CloudAPI
import JobWatchConfiguration

/// The files that jobwatch works with or reads, of which none can be its status log as well: a start would move it aside,
/// as a log that is damaged from end to end, or write lines into it.
struct ClaimedFiles: Sendable {
  private struct Claim: Sendable {
    var what: String
    var path: String
  }

  private let claims: [Claim]
  private let incoming: String

  /// - Parameter file: the one that the configuration was read from.
  init(_ configuration: Configuration, file: String?) {
    let database = configuration.databasePath
    var claims = [Claim(what: "the database", path: database)]
    claims += ["-wal", "-shm", "-journal"].map {
      Claim(what: "a part of the database", path: database + $0)
    }
    let lock = DaemonLock.path(in: configuration.stateDirectory)
    claims.append(Claim(what: "the daemon's lock", path: lock))
    if let file { claims.append(Claim(what: "the configuration", path: file)) }
    claims += configuration.namedFiles.map {
      Claim(what: "a file that the configuration names", path: $0)
    }
    self.claims = claims
    incoming = configuration.spoolDirectory + "/incoming"
  }

  /// What the file at `path` is beside a status log; nil: nothing.
  func claim(on path: String) -> String? {
    let place = FilePlace(path)
    let taken = claims.first { FilePlace($0.path).isSame(as: place) }?.what
    return taken ?? (place.isWithin(FilePlace(incoming)) ? "in the spool's incoming/" : nil)
  }
}

extension Configuration {
  /// Files that it names to be read.
  fileprivate var namedFiles: [String] {
    let ofAccounts = accounts.flatMap { account in
      [account.caFile, account.profile?.file] + account.namedSecrets.map(\.path)
    }
    let ofChannels = channels.flatMap { channel -> [String?] in
      guard case .webhook(let url, let secrets) = channel.kind else { return [] }
      return ([url] + secrets).map(\.path)
    }
    return (ofAccounts + ofChannels + [heartbeat?.url.path]).compactMap(\.self)
  }
}

extension SecretSource {
  fileprivate var path: String? {
    guard case .file(let path) = self else { return nil }
    return path
  }
}
