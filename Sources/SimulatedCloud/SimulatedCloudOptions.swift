import CloudAPI
import JobWatchCore

extension SimulatedCloud {
  /// What a simulated cloud starts with.
  package struct Options: Sendable {
    /// A URL that names another project is answered with `Common.0018` or `DCS.1004`.
    package var projectIDs: Set<String>
    package var credentials: AcceptedCredentials
    /// Who can get a token or a temporary key, which are then accepted like `credentials`.
    package var identity: SimulatedIdentity
    /// How long the record of a job is kept; a service without an entry keeps it for good.
    package var retention: [SimulatedService: RetentionPolicy]
    /// A service without an entry is not throttled.
    package var quotas: [SimulatedService: Quota]
    /// How far the cloud's own clock is ahead of the one it is built with.
    package var clockSkew: Duration
    /// Of the gateway's error codes: `APIGW`, or `APIG` as on Open Telekom Cloud.
    package var gatewayPrefix: String
    /// How many calls the transaction keeps.
    package var ledgerLimit: Int

    package init(
      projectIDs: Set<String>, credentials: AcceptedCredentials,
      identity: SimulatedIdentity = SimulatedIdentity(),
      retention: [SimulatedService: RetentionPolicy] = [
        .ecs: RetentionPolicy(finished: .days(1), unpaid: .days(14))
      ],
      quotas: [SimulatedService: Quota] = [:], clockSkew: Duration = .zero,
      gatewayPrefix: String = "APIGW", ledgerLimit: Int = 200_000
    ) {
      self.projectIDs = projectIDs
      self.credentials = credentials
      self.identity = identity
      self.retention = retention
      self.quotas = quotas
      self.clockSkew = clockSkew
      self.gatewayPrefix = gatewayPrefix
      self.ledgerLimit = ledgerLimit
    }
  }
}
