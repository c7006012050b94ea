import CloudAPI
import JobWatchCore

/// Users, projects and lifetimes of the simulated cloud's logins. It may change while the cloud runs. A change leaves
/// tokens and keys that were handed out before as they are.
package struct SimulatedIdentity: Sendable {
  package struct Project: Sendable, Hashable {
    package var id: String
    package var name: String

    package init(id: String, name: String) {
      self.id = id
      self.name = name
    }
  }

  package var users: [PasswordUser]
  /// Scopes of tokens, and the entries of the list of projects.
  package var projects: [Project]
  package var tokenLifetime: Duration
  package var metadata: SimulatedMetadata

  package init(
    users: [PasswordUser] = [], projects: [Project] = [], tokenLifetime: Duration = .hours(24),
    metadata: SimulatedMetadata = SimulatedMetadata()
  ) {
    self.users = users
    self.projects = projects
    self.tokenLifetime = tokenLifetime
    self.metadata = metadata
  }
}
