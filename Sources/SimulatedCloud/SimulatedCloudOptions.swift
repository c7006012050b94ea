import CloudAPI
import JobWatchCore

extension SimulatedCloud {
  /// The settings of a simulated cloud.
  package struct Options: Sendable {
    /// A URL that names another project is answered with `Common.0018` or `DCS.1004`.
    package var projectIDs: Set<String>
    package var credentials: AcceptedCredentials
    /// Who can get a token or a temporary key, which are then accepted like `credentials`.
    package var identity = SimulatedIdentity()
    /// How long the record of a job is kept; a service without an entry keeps it for good.
    package var retention = [
      SimulatedService.ecs: RetentionPolicy(finished: .days(1), unpaid: .days(14))
    ]
    /// A service without an entry is not throttled.
    package var quotas: [SimulatedService: Quota] = [:]
    /// How far the cloud's own clock is ahead of the one it is built with.
    package var clockSkew = Duration.zero
    /// Of the gateway's error codes: `APIGW`, or `APIG` as on Open Telekom Cloud.
    package var gatewayPrefix = "APIGW"
    /// How many calls its log keeps.
    package var callLimit = 200_000

    package init(projectIDs: Set<String>, credentials: AcceptedCredentials) {
      self.projectIDs = projectIDs
      self.credentials = credentials
    }
  }
}
