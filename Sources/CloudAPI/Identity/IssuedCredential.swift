/// What IAM or the metadata service handed out.
package struct IssuedCredential: Sendable, Hashable {
  package var credential: Credential
  /// From the answer on: `expires_at` less the answer's `Date`, else less the time of asking; nil if
  /// it does not expire. `Date` has whole seconds, so this may be a second too long.
  package var lifetime: Duration?
  /// The project that a token is scoped to, if the answer says so.
  package var projectID: String?

  package init(credential: Credential, lifetime: Duration? = nil, projectID: String? = nil) {
    self.credential = credential
    self.lifetime = lifetime
    self.projectID = projectID
  }
}
