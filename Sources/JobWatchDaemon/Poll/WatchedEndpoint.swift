import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import PollPlanning

/// One service of one account: where it is asked, by which settings, and its health.
struct WatchedEndpoint: Sendable {
  let key: EndpointKey
  let service: CloudService
  let url: String
  /// Jobs that were registered with another region are parked.
  let region: String
  let policies: Policies
  let place: PollQueue.Endpoint
  var state: EndpointState
  /// The account's, as of the last call.
  var projectID: String?
  /// The credential that it accepted last, and the uptime at which that call was taken.
  var accepted: (fingerprint: String, at: Duration)?
  /// When it refused the credential, if it accepted none since.
  var refusedAt: Duration?

  func query(for jobID: String, with credential: AccountState.ActiveCredential, at now: Timestamp) -> JobQuery {
    JobQuery(
      service: service, endpoint: url, projectID: credential.projectID, jobID: jobID,
      credential: credential.credential, signingTime: now + state.clockOffset.value)
  }
}

extension Configuration {
  func endpoints(in queue: PollQueue) -> [WatchedEndpoint] {
    accounts.flatMap { account in
      CloudService.all.compactMap { service in
        let key = EndpointKey(account: account.name, service: service.name)
        guard let place = queue.endpoint(key), let url = account.endpoint(of: service.name) else { return nil }
        return WatchedEndpoint(
          key: key, service: service, url: url, region: account.region, policies: policies(for: service), place: place,
          state: EndpointState(key, breaker: breaker, probes: probes, absence: absence))
      }
    }
  }
}
