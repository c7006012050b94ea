import Foundation

/// Where a secret is read from. Its description is for logs and names the place, never the content.
package enum SecretSource: Sendable, Hashable, CustomStringConvertible {
  /// A file, read anew each time, so that it can be rotated while the daemon runs.
  case file(String)
  /// An environment variable of the process.
  case environment(String)
  /// A systemd credential: `$CREDENTIALS_DIRECTORY/NAME`, else
  /// `$CREDENTIALS_DIRECTORY/jobwatch_NAME`.
  case credential(String)
  /// Written into the configuration itself.
  case plain(Secret)

  /// Tokens of the clouds reach some 15 kB; a file beyond this is not a secret but a wrong path.
  package static let sizeLimit = 65_536

  package var description: String {
    switch self {
    case .file(let path): "file \(path)"
    case .environment(let name): "environment variable \(name)"
    case .credential(let name): "credential \(name)"
    case .plain: "(inline)"
    }
  }

  /// One newline at the end of a file or credential is dropped. Throws `SecretError`.
  package func read(
    environment: [String: String] = ProcessInfo.processInfo.environment
  ) throws -> Secret {
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

  private func variable(_ name: String, in environment: [String: String]) throws -> String {
    guard let value = environment[name] else {
      throw failure("is not set", "set it for the service, or use a file or a credential")
    }
    return value
  }

  private func credentialPath(
    _ name: String, in environment: [String: String]
  ) throws -> String {
    guard !name.isEmpty, !name.contains("/"), name != ".", name != ".." else {
      throw failure("is no name of a credential", "use a name without a slash")
    }
    guard let directory = environment["CREDENTIALS_DIRECTORY"], !directory.isEmpty else {
      throw failure(
        "is not there: CREDENTIALS_DIRECTORY is not set",
        "start jobwatch by systemd with LoadCredential=\(name):/path/of/the/secret in its unit")
    }
    let paths = ["\(directory)/\(name)", "\(directory)/jobwatch_\(name)"]
    guard let path = paths.first(where: FileManager.default.fileExists(atPath:)) else {
      throw failure(
        "is not in \(directory)",
        "add LoadCredential=\(name):/path/of/the/secret to the service's unit")
    }
    return path
  }

  private func content(of path: String) throws -> String {
    let data: Data
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }
      data = try file.read(upToCount: Self.sizeLimit + 1) ?? Data()
    } catch {
      throw failure(for: error)
    }
    guard data.count <= Self.sizeLimit else {
      throw failure("is larger than \(Self.sizeLimit) bytes", "check the path")
    }
    guard var bytes = String(validating: data, as: UTF8.self)?.utf8[...] else {
      throw failure("is not UTF-8 text", "store the secret as plain text")
    }
    if bytes.last == UInt8(ascii: "\n") {
      bytes.removeLast()
      if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
    }
    return String(Substring(bytes))
  }

  private func failure(for error: any Error) -> SecretError {
    switch (error as? CocoaError)?.code {
    case .fileReadNoSuchFile, .fileNoSuchFile:
      failure("does not exist", "create it, or correct its name in the configuration")
    case .fileReadNoPermission:
      failure("may not be read", "let the service's user read it")
    default:
      failure("cannot be read", "check that it is a plain file (\(error.localizedDescription))")
    }
  }

  private func failure(_ problem: String, _ cure: String) -> SecretError {
    SecretError(message: "\(self) \(problem): \(cure)")
  }
}

/// A secret that cannot be read. The message names the place and the cure, never the content.
package struct SecretError: Error, Sendable, Hashable, CustomStringConvertible {
  package var message: String
  package var description: String { message }

  package init(message: String) { self.message = message }
}
