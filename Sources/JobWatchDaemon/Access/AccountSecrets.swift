import CloudAPI

/// What an account gets in with, as read from its sources just now.
package struct AccountSecrets: Sendable, Hashable {
  package enum LoginMethod: Sendable, Hashable {
    /// Good for calls as it is.
    case ready(Credential)
    /// A token has to be fetched with it.
    case password(PasswordUser)
    /// The server's own keys; there is nothing to read.
    case agency(Signer.Form)
  }

  package var means: LoginMethod
  package var project: ProjectScope
  /// Where the means were found, if the configuration does not name them; says nothing of the content.
  package var origin: String?

  /// The project where nobody has to be asked for its id.
  package var projectID: String? {
    guard case .id(let id) = project else { return nil }
    return id
  }

  /// Whether calls are made with something that is fetched, so that another can be.
  package var areFetched: Bool {
    if case .ready = means { false } else { true }
  }
}
