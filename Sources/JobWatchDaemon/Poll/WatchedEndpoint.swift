import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import PollPlanning

/// One service of one account: where it is asked, by which rules, and its health.
struct WatchedEndpoint: Sendable {
  let key: EndpointKey
  let service: CloudService
  let url: String
  /// Jobs that were registered with another region are parked.
  let region: String
  let rules: WatchRules
  /// In the queue.
  let place: PollQueue.Endpoint
  var state: EndpointState
  /// The account's, as of the last call.
  var projectID: String?
  /// Jobs whose task's progress is asked for now.
  var asked: Set<Int64> = []
  /// Of calls for the progress of tasks. The gateway counts each API by itself, so its limit for one holds for no other.
  var progressLimiter = RateLimiter()

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

  /// The settings for the jobs of one service.
  package func rules(for service: CloudService) -> WatchRules {
    WatchRules(
      polling: polling, absence: absence,
      retention: retention[service.name] ?? service.retention, expiry: expiry)
  }

  /// A queue with an endpoint for each service that an account can be asked about; nothing is learned yet.
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

  func endpoints(in queue: PollQueue) -> [WatchedEndpoint] {
    accounts.flatMap { account in
      CloudService.all.compactMap { service in
        let key = EndpointKey(account: account.name, service: service.name)
        guard let place = queue.endpoint(key), let url = account.endpoint(of: service.name)
        else { return nil }
        return WatchedEndpoint(
          key: key, service: service, url: url, region: account.region,
          rules: rules(for: service), place: place,
          state: EndpointState(key, breaker: breaker, probes: probes, absence: absence))
      }
    }
  }
}

extension ProgressReport {
  mutating func take(_ answer: TaskProgressAnswer, at now: Timestamp) {
    switch answer {
    case .told(let progress): take(progress, at: now)
    case .throttled(let throttle): fail("\(throttle.code): the quota is used up", at: now)
    case .failed(let cause): fail(cause, at: now)
    }
  }
}
