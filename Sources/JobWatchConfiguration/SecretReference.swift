import CloudAPI
import JobWatchCore

/// A secret that the configuration names, and where.
package struct SecretReference: Sendable, Hashable {
  package var mark: ConfigurationMark?
  package var path: String
  package var source: SecretSource
  /// It is the address of a webhook or of the heartbeat, and must pass `WebAddress` as well.
  var isURL: Bool

  /// A warning of what an editor or a paste left beside the secret, because the cloud would only report a wrong
  /// password. Nil for a clean secret, and for one that cannot be read. The warning does not quote the secret.
  package func warning(environment: [String: String]) -> ConfigurationProblem? {
    guard !isURL, let secret = try? source.read(environment: environment),
      let flaw = Self.flaw(of: secret)
    else { return nil }
    return ConfigurationProblem(
      "\(source) \(flaw): write the secret alone there, in one line", at: mark, path: path,
      isWarning: true)
  }

  private static func flaw(of secret: Secret) -> String? {
    let text = secret.reveal()
    if text.hasPrefix("\u{FEFF}") { return "begins with a byte order mark" }
    if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) {
      return "holds a line break, a tab or another control character"
    }
    return text.hasPrefix(" ") || text.hasSuffix(" ") ? "begins or ends with a blank" : nil
  }
}

extension Setting {
  /// `{file: PATH}`, `{env: NAME}`, `{credential: NAME}`, or the text itself.
  /// - Parameters:
  ///   - isURL: an address, which may be here without a warning.
  ///   - isOpen: its text, too, may be here without a warning.
  func secretSource(isURL: Bool = false, isOpen: Bool = false) -> SecretSource? {
    let source = isSection ? referredSecret() : plainSecret(isURL || isOpen)
    if let source {
      notes.secrets.append(
        SecretReference(mark: node.mark.map(ConfigurationMark.init), path: path, source: source, isURL: isURL))
    }
    return source
  }

  /// An address that is called, which may be a secret itself.
  func webAddress() -> SecretSource? {
    let url = secretSource(isURL: true)
    if case .plain(let text) = url, let problem = WebAddress.problem(withWebhook: text.reveal()) { fail(problem) }
    return url
  }

  private func plainSecret(_ isOpen: Bool) -> SecretSource? {
    guard let text = text("{file: …}, {env: …} or {credential: …}") else { return nil }
    if !isOpen {
      warn(
        "the secret itself is in this file: move it to a file of its own and write "
          + "{file: /etc/jobwatch/NAME}, {env: NAME} or {credential: NAME}")
    }
    return .plain(Secret(text))
  }

  private func referredSecret() -> SecretSource? {
    let keys = ["file", "env", "credential"]
    guard let section = section(keys) else { return nil }
    let sources = [
      section["file"]?.absolutePath().map(SecretSource.file),
      section["env"]?.openName(
        "the name of an environment variable",
        else: "must be the name of an environment variable: letters, digits and \"_\""
      ) { $0.utf8.allSatisfy { $0.isAlphanumeric || $0 == UInt8(ascii: "_") } }.map(SecretSource.environment),
      section["credential"]?.openName(
        "the name of a systemd credential",
        else: "must be the name of a systemd credential, as in LoadCredential=NAME:…, without a path",
        where: ConfiguredName.isValid
      ).map(SecretSource.credential),
    ]
    guard keys.count(where: { section[$0] != nil }) == 1 else {
      fail("must name exactly one of file, env and credential")
      return nil
    }
    return sources.compactMap(\.self).first
  }
}
