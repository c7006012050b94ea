/// One route: events that match every filter it names go to its channels.
package struct Route: Hashable, Sendable {
  /// Nil: any event.
  package var events: Set<EventKind>?
  package var accounts: Set<String>?
  package var services: Set<String>?
  package var jobTypes: Set<String>?
  /// Every label named here must be on the job with that value.
  package var labels: [String: String]
  package var channels: [String]

  package init(
    events: Set<EventKind>? = nil, accounts: Set<String>? = nil, services: Set<String>? = nil,
    jobTypes: Set<String>? = nil, labels: [String: String] = [:], channels: [String]
  ) {
    self.events = events
    self.accounts = accounts
    self.services = services
    self.jobTypes = jobTypes
    self.labels = labels
    self.channels = channels
  }
}

/// A channel, as routes know it.
package struct ChannelName: Hashable, Sendable {
  package enum Kind: String, Sendable { case webhook, journal }
  package var name: String
  package var kind: Kind

  package init(name: String, kind: Kind) { (self.name, self.kind) = (name, kind) }
}

package struct RouteTable: Sendable {
  package var channels: [ChannelName]
  /// Empty: the journal gets every event, webhooks all but progress events.
  package var routes: [Route]

  package init(channels: [ChannelName], routes: [Route]) {
    (self.channels, self.routes) = (channels, routes)
  }

  /// The names of the channels that get `draft`, each once, in the order of the configuration. A channel that its job
  /// names gets what a webhook gets by default.
  package func channels(for draft: EventDraft) -> [String] {
    var chosen = Set<String>()
    for channel in channels where routes.isEmpty && isDefault(draft, for: channel.kind) { chosen.insert(channel.name) }
    for route in routes where matches(route, draft) { chosen.formUnion(route.channels) }
    if isDefault(draft, for: .webhook) { chosen.formUnion(draft.jobChannels) }
    // A channel's failure is told through the others.
    if draft.kind == .channelFailing, let failing = draft.data.channel { chosen.remove(failing) }
    return channels.map(\.name).filter(chosen.contains)
  }

  private func isDefault(_ draft: EventDraft, for kind: ChannelName.Kind) -> Bool {
    !draft.isForTheRecord && (kind == .journal || !draft.kind.isProgress)
  }

  private func matches(_ route: Route, _ draft: EventDraft) -> Bool {
    !(draft.isForTheRecord && route.events == nil) && allows(route.events, draft.kind)
      && allows(route.accounts, draft.data.account) && allows(route.services, draft.data.service)
      && allows(route.jobTypes, draft.data.jobType)
      && route.labels.allSatisfy { draft.data.labels?[$0.key] == $0.value }
  }

  private func allows<Value: Hashable>(_ set: Set<Value>?, _ value: Value?) -> Bool {
    set.map { set in value.map(set.contains) ?? false } ?? true
  }
}

extension EventDraft {
  /// An expiry notice of a job whose end is kept: its own event told that end. Only routes that name the event send it.
  fileprivate var isForTheRecord: Bool { kind == .jobExpiring && data.captured == true }
}
