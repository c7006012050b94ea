import CloudAPI
import JobWatchConfiguration
import JobWatchDaemon

/// The remedy for an account's credential, by its source.
struct CredentialRemedy: Sendable {
  let login: AccountLogin
  let environment: [String: String]

  private var account: Account { login.account }

  /// - Parameter error: why it cannot be read.
  func unreadable(_ error: any Error) -> OnlineFinding {
    let isCredential = account.namedSecrets.contains { if case .credential = $0 { true } else { false } }
    guard isCredential, environment["CREDENTIALS_DIRECTORY"] == nil else {
      return OnlineFinding(
        nil, .credential, .failed, "\(error)",
        cure: "let the user of this command read it, or run it as the service's user")
    }
    return OnlineFinding(
      nil, .credential, .failed, "it is a systemd credential, which only the service gets",
      cure: "sudo CREDENTIALS_DIRECTORY=/etc/jobwatch/credentials jobwatch check --online")
  }

  var refused: String {
    switch (account.authentication, account.replaceable) {
    case (.agency, _): "attach an agency with the right to query jobs to this server"
    case (.aksk, let source?):
      "put a valid key into \(source), or see whether auth: aksk-otc is meant"
    case (.akskOTC, let source?):
      "put a valid key into \(source), or see whether auth: aksk is meant"
    case (_, let source?): "put a valid one into \(source)"
    case (_, nil):
      "replace it in \((try? login.secrets())?.source ?? "the environment"), where it was found"
    }
  }

  var unreachable: String {
    account.authentication == .agency
      ? "run jobwatch on a server of the cloud, or choose another auth"
      : "let this host reach it, or correct endpoints: {iam: …}"
  }
}
