import Foundation
import JobWatchCore

/// Where a secret is. Its description names the place, never the content.
package enum SecretSource: Sendable, Hashable, CustomStringConvertible {
  /// A file. It is read again each time, because the secret may be rotated while the daemon runs.
  case file(String)
  case environment(String)
  /// A systemd credential: `$CREDENTIALS_DIRECTORY/NAME`, else `$CREDENTIALS_DIRECTORY/jobwatch_NAME`, as the unit's
  /// `LoadCredential=jobwatch:DIRECTORY` names them.
  case credential(String)
  /// Written into the configuration itself.
  case plain(Secret)

  /// Bytes. Tokens of the clouds reach some 15 kB; a larger file is not a secret but a wrong path.
  static let sizeLimit = 65_536

  package var description: String {
    switch self {
    case .file(let path): "file \(path)"
    case .environment(let name): "environment variable \(name)"
    case .credential(let name): "credential \(name)"
    case .plain: "(inline)"
    }
  }

  /// Without the byte order mark at the beginning of a file or credential (`WrittenText`), and without one line end
  /// (`\n`, `\r\n` or `\r`) at its end.
  package func read(environment: [String: String] = ProcessInfo.processInfo.environment) throws(SecretError) -> Secret {
    let text =
      switch self {
      case .file(let path): try content(of: path)
      case .environment(let name): try variable(name, in: environment)
      case .credential(let name): try content(of: credentialPath(name, in: environment))
      case .plain(let secret): secret.reveal()
      }
    guard !text.isEmpty else { throw failure("is empty", "put the secret there") }
    return Secret(text)
  }

  private func variable(_ name: String, in environment: [String: String]) throws(SecretError) -> String {
    if let value = environment[name] { return value }
    throw failure("is not set", "set it for the service, or use a file or a credential")
  }

  private func credentialPath(_ name: String, in environment: [String: String]) throws(SecretError) -> String {
    guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else {
      throw failure("is no name of a credential", "use a name without a slash")
    }
    let place = "/etc/jobwatch/credentials"
    let remedy =
      "write the secret into \(place)/\(name), a file of root with mode 0600, and run "
      + "systemctl restart jobwatch"
    guard let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else {
      throw failure(
        "is not there: CREDENTIALS_DIRECTORY is not set",
        "\(remedy), because systemd hands it to the service alone; for another command set "
          + "CREDENTIALS_DIRECTORY=\(place)", .environment)
    }
    let paths = ["\(directory)/\(name)", "\(directory)/jobwatch_\(name)"]
    if let path = paths.first(where: FileManager.default.fileExists(atPath:)) { return path }
    throw failure(
      "is not in \(directory)",
      "\(remedy); a unit of your own needs LoadCredential=\(name):/path/of/the/secret")
  }

  private func content(of path: String) throws(SecretError) -> String {
    do {
      var bytes = try WrittenText(WrittenFile.bytes(at: path, limit: Self.sizeLimit)).text.utf8[...]
      if bytes.last == "\n" { bytes.removeLast() }
      if bytes.last == "\r" { bytes.removeLast() }
      return String(Substring(bytes))
    } catch let fault as WrittenFile.Fault {
      throw failure(for: fault)
    } catch {
      throw SecretError(message: "\(self) \(error)")
    }
  }

  private func failure(for fault: WrittenFile.Fault) -> SecretError {
    switch fault {
    case .missing: failure("does not exist", "create it, or correct its name in the configuration")
    case .denied: failure("may not be read", "let the service's user read it", .denied)
    case .tooLarge: failure("is larger than \(Self.sizeLimit) bytes", "check the path")
    case .unreadable(let reason):
      failure("cannot be read", "check that it is a plain file (\(reason))")
    }
  }

  private func failure(_ problem: String, _ remedy: String, _ reason: SecretError.Reason = .content) -> SecretError {
    SecretError(message: "\(self) \(problem): \(remedy)", reason: reason)
  }
}

/// A secret that cannot be read. The message names the place and the remedy, never the content.
package struct SecretError: Error, Sendable, Hashable, CustomStringConvertible {
  /// Who can do something about it.
  package enum Reason: Sendable, Hashable {
    /// Whoever wrote it.
    case content
    /// It is there, and this user may not read it.
    case denied
    /// It belongs to the environment of the service, which another process does not have.
    case environment
  }

  package var message: String
  package var reason: Reason
  package var description: String { message }

  package init(message: String, reason: Reason = .content) {
    self.message = message
    self.reason = reason
  }
}

/// Reads a file that a person writes, or says why it cannot be read, for each reader to tell in its own words.
package enum WrittenFile {
  package enum Fault: Error, Sendable, Hashable {
    case missing
    case denied
    case tooLarge
    case unreadable(String)
  }

  /// - Parameter limit: in bytes; a larger file is `tooLarge`.
  package static func bytes(at path: String, limit: Int) throws(Fault) -> Data {
    let data: Data
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }  // nothing was written: there is nothing that closing could lose
      data = try file.read(upToCount: limit + 1) ?? Data()
    } catch {
      switch (error as? CocoaError)?.code {
      case .fileReadNoSuchFile, .fileNoSuchFile: throw .missing
      case .fileReadNoPermission: throw .denied
      default: throw .unreadable(error.localizedDescription)
      }
    }
    if data.count > limit { throw .tooLarge }
    return data
  }
}
