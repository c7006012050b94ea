import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import PollPlanning

/// One service of one account: where it is asked, by which settings, and how it does.
struct WatchedEndpoint: Sendable {
  let key: EndpointKey
  let service: CloudService
  let url: String
  /// Jobs that were registered with another region are parked.
  let region: String
  let policies: Policies
  /// In the queue.
  let place: PollQueue.Endpoint
  var state: EndpointState
  /// The account's, as of the last call.
  var projectID: String?

  func query(
    for jobID: String, with credential: AccountState.ActiveCredential, at now: Timestamp
  ) -> JobQuery {
    JobQuery(
      service: service, endpoint: url, projectID: credential.projectID, jobID: jobID,
      credential: credential.credential, signingTime: now + state.clockOffset.value)
  }
}

extension Configuration {
  package var routeTable: RouteTable {
    RouteTable(
      channels: channels.map { channel in
        switch channel.kind {
        case .webhook: ChannelName(name: channel.name, kind: .webhook)
        case .journal: ChannelName(name: channel.name, kind: .journal)
        }
      }, routes: routes)
  }

  /// What a user set, for the jobs of one service.
  package func policies(for service: CloudService) -> Policies {
    Policies(
      polling: polling, absence: absence,
      retention: retention[service.name] ?? service.retention, expiry: expiry)
  }

  /// With an endpoint for each service that an account can be asked about; nothing is learned yet.
  package var pollQueue: PollQueue {
    var queue = PollQueue(
      polling: polling,
      retention: Dictionary(
        uniqueKeysWithValues: CloudService.all.map { ($0.name, policies(for: $0).retention) }))
    for account in accounts {
      for service in CloudService.all where account.endpoint(of: service.name) != nil {
        queue.addEndpoint(
          EndpointKey(account: account.name, service: service.name),
          quota: account.quota(of: service.name))
      }
    }
    return queue
  }

  /// Those of the queue.
  func endpoints(in queue: PollQueue) -> [WatchedEndpoint] {
    accounts.flatMap { account in
      CloudService.all.compactMap { service in
        let key = EndpointKey(account: account.name, service: service.name)
        guard let place = queue.endpoint(key), let url = account.endpoint(of: service.name)
        else { return nil }
        return WatchedEndpoint(
          key: key, service: service, url: url, region: account.region,
          policies: policies(for: service), place: place,
          state: EndpointState(key, breaker: breaker, probes: probes, absence: absence))
      }
    }
  }
}
