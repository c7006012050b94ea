import CloudAPI
import JobWatchCore

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
  package func rules(for service: CloudService) -> WatchRules {
    WatchRules(
      polling: polling, absence: absence,
      retention: retention[service.name] ?? service.retention, expiry: expiry)
  }

  /// With an endpoint for each service that an account can be asked about; nothing is learned yet.
  package var pollQueue: PollQueue {
    var queue = PollQueue(
      polling: polling,
      retention: Dictionary(
        uniqueKeysWithValues: CloudService.all.map { ($0.name, rules(for: $0).retention) }))
    for account in accounts {
      for service in CloudService.all where account.endpoint(of: service.name) != nil {
        queue.addEndpoint(
          EndpointKey(account: account.name, service: service.name),
          quota: account.quota(of: service.name))
      }
    }
    return queue
  }

  /// One lane per endpoint of the queue.
  func lanes(in queue: PollQueue) -> [EndpointKey: Lane] {
    let lanes = accounts.flatMap { account in
      CloudService.all.compactMap { service -> Lane? in
        let key = EndpointKey(account: account.name, service: service.name)
        guard let place = queue.endpoint(key), let endpoint = account.endpoint(of: service.name)
        else { return nil }
        return Lane(
          key: key, service: service, endpoint: endpoint, region: account.region,
          rules: rules(for: service), place: place, breaker: breaker,
          permission: CircuitBreaker(threshold: 1, waits: probes.steps))
      }
    }
    return Dictionary(uniqueKeysWithValues: lanes.map { ($0.key, $0) })
  }
}
