import CloudAPI
import JobWatchCore

/// Who may log in to the simulated cloud, and on what terms. It may change while the cloud runs;
/// what was handed out before stays as it was.
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
  /// What a token can be scoped to, and what the list of projects shows.
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
