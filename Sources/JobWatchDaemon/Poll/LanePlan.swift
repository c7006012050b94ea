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

  /// One lane per service that the account has an endpoint for.
  func lanes(of account: Account) -> [Lane] {
    CloudService.all.compactMap { service in
      guard let endpoint = account.endpoint(of: service.name) else { return nil }
      let rules = rules(for: service)
      return Lane(
        key: EndpointKey(account: account.name, service: service.name), service: service,
        endpoint: endpoint, region: account.region, rules: rules,
        schedule: PollSchedule(
          budget: RateLimiter(cap: account.quota(of: service.name)),
          price: CallPrice(least: leastPrice), retention: rules.retention.finished),
        breaker: breaker, permission: CircuitBreaker(threshold: 1, waits: probes.steps))
    }
  }

  /// Seconds of latency that a call is worth; where a target is set, what it takes is known later.
  private var leastPrice: Double { polling.target == nil ? polling.price.seconds : 0.01 }

  /// Of the gaps between polls, by service.
  var pollBounds: [String: PollBounds] {
    Dictionary(
      uniqueKeysWithValues: CloudService.all.map { ($0.name, rules(for: $0).pollBounds) })
  }
}
