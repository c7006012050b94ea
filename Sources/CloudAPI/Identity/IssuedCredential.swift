import JobWatchCore

/// A credential from IAM or the metadata service.
package struct IssuedCredential: Sendable, Hashable {
  package var credential: Credential
  /// From the answer on: `expires_at` less the answer's `Date`, else less the time of asking; nil if it does not
  /// expire. It may be a second too long, because `Date` has whole seconds.
  package var lifetime: Duration?
  /// The project that a token is scoped to, if the answer says so.
  package var projectID: String?

  package init(credential: Credential, lifetime: Duration? = nil, projectID: String? = nil) {
    self.credential = credential
    self.lifetime = lifetime
    self.projectID = projectID
  }
}

/// Why nothing was handed out. No text in it quotes a secret.
package enum IssueFailure: Error, Sendable, Hashable {
  /// The proof is not accepted: a wrong password, no agency on this server. It may be accepted later, when a person has
  /// changed something in the cloud.
  case refused(APIError)
  /// It can never work as configured: no such project, a wrong address. The message names the keys of the configuration
  /// to look at.
  case misconfigured(APIError)
  case throttled(Throttle)
  /// No usable answer: network, 5xx, something else than the documented reply.
  case unreachable(String)
}
