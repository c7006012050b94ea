import JobWatchCore

/// How the metadata service of the simulated server behaves.
package struct SimulatedMetadata: Sendable {
  package enum Versions: Sendable, CaseIterable {
    /// Session tokens are not known.
    case first
    /// A session token is possible.
    case both
    /// A session token is required.
    case second
  }

  package var versions: Versions
  /// Without one there are no keys.
  package var hasAgency: Bool
  package var keyLifetime: Duration
  /// How long before the end of a key's life it shows a new one; below zero it shows a key that has
  /// expired for that long.
  package var renewal: Duration

  package init(
    versions: Versions = .both, hasAgency: Bool = true, keyLifetime: Duration = .hours(1),
    renewal: Duration = .minutes(10)
  ) {
    self.versions = versions
    self.hasAgency = hasAgency
    self.keyLifetime = keyLifetime
    self.renewal = renewal
  }
}
