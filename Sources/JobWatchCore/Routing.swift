/// One route: events that match every condition it names go to its channels.
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

/// A place that events are told to, beside the status log.
package struct ChannelName: Hashable, Sendable {
  package enum Kind: String, Sendable { case webhook, journal }
  package var name: String
  package var kind: Kind

  package init(name: String, kind: Kind) {
    self.name = name
    self.kind = kind
  }
}

/// Chooses the channels of an event.
package struct RouteTable: Sendable {
  package var channels: [ChannelName]
  /// Empty: the journal gets every event, webhooks all but the steps on the way.
  package var routes: [Route]

  package init(channels: [ChannelName], routes: [Route]) {
    self.channels = channels
    self.routes = routes
  }

  /// The names of the channels that get `draft`, each once, in the order of the configuration.
  /// A job may name channels of its own: they get the same events that a webhook gets by default.
  package func channels(for draft: EventDraft) -> [String] {
    var chosen = Set<String>()
    for channel in channels where routes.isEmpty && isDefault(draft, for: channel.kind) {
      chosen.insert(channel.name)
    }
    for route in routes where matches(route, draft) { chosen.formUnion(route.channels) }
    if isDefault(draft, for: .webhook) { chosen.formUnion(draft.jobChannels) }
    // That a channel fails is told through the others.
    if draft.kind == .channelFailing, let failing = draft.data.channel { chosen.remove(failing) }
    return channels.map(\.name).filter(chosen.contains)
  }

  private func isDefault(_ draft: EventDraft, for kind: ChannelName.Kind) -> Bool {
    // An expiry notice of a job whose end is kept, and was told by its own event, is for the record only.
    if draft.kind == .jobExpiring && draft.data.captured == true { return false }
    return kind == .journal || !draft.kind.isProgress
  }

  private func matches(_ route: Route, _ draft: EventDraft) -> Bool {
    // Without naming it, no route asks for an expiry notice of a job whose end is already kept.
    if draft.kind == .jobExpiring && draft.data.captured == true && route.events == nil {
      return false
    }
    return allows(route.events, draft.kind)
      && allows(route.accounts, draft.data.account)
      && allows(route.services, draft.data.service)
      && allows(route.jobTypes, draft.data.jobType)
      && route.labels.allSatisfy { draft.data.labels?[$0.key] == $0.value }
  }

  private func allows<Value: Hashable>(_ set: Set<Value>?, _ value: Value?) -> Bool {
    guard let set else { return true }
    return value.map(set.contains) ?? false
  }
}
