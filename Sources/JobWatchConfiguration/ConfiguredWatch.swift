import CloudAPI
import JobWatchCore
import PollPlanning

/// What the settings come to for events, for jobs and for polls: the daemon and the commands go by the same.
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

  package func policies(for service: CloudService) -> Policies {
    Policies(
      polling: polling, absence: absence, retention: retention[service.name] ?? service.retention, expiry: expiry)
  }

  package func policies(for service: String) -> Policies {
    CloudService.named(service).map(policies) ?? Policies(polling: polling)
  }

  /// With an endpoint for each service that an account can be asked about; nothing is learned yet.
  package var pollQueue: PollQueue {
    var queue = PollQueue(
      polling: polling,
      retention: Dictionary(uniqueKeysWithValues: CloudService.all.map { ($0.name, policies(for: $0).retention) }))
    for account in accounts {
      for service in CloudService.all where account.endpoint(of: service.name) != nil {
        queue.addEndpoint(
          EndpointKey(account: account.name, service: service.name), quota: account.quota(of: service.name))
      }
    }
    return queue
  }
}
