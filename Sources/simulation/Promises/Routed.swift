import JobWatchCore

/// Each event is for the channels that the routes of its time name, as somebody else would compute them.
struct Routed: Promise {
  private var judged: Int64 = 0

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    defer { judged = rows.events.last?.seq ?? 0 }
    // By a clock that was set nobody can say which routes were in force.
    if world.circumstances.hasHad(.clock) || world.restoredSeq != nil { return [] }
    let messages = Dictionary(grouping: rows.messages, by: \.seq)
    let oldest = world.time.moment.wall - world.setup.keep
    for event in rows.events where event.seq > judged && event.at > oldest {
      guard let setup = world.circumstances.setup(at: event.at) else { continue }
      let expected = channels(for: event, setup)
      let found = Set((messages[event.seq] ?? []).map(\.channel))
      if found != expected, !world.circumstances.isInherited(event.seq) {
        return [
          Violation(
            "ROUTES", "event \(event.seq) \(event.kind) is for \(expected.sorted()) and went to \(found.sorted())")
        ]
      }
    }
    return []
  }

  private func channels(for event: Rows.Event, _ setup: Setup) -> Set<String> {
    let data = event.content
    let isProgress = ["job.registered", "job.pending", "job.running"].contains(event.kind)
    let isForTheRecord = event.kind == "job.expiring" && data.captured == true
    var channels = Set<String>()
    if setup.routes.isEmpty, !isForTheRecord {
      channels.formUnion(setup.channels.filter { !$0.isWebhook || !isProgress }.map(\.name))
    }
    for route in setup.routes {
      if let events = route.events {
        guard events.contains(where: { $0.rawValue == event.kind }) else { continue }
      } else if isForTheRecord {
        continue
      }
      if let accounts = route.accounts {
        guard let account = data.account, accounts.contains(account) else { continue }
      }
      guard route.labels.allSatisfy({ data.labels?[$0.key] == $0.value }) else { continue }
      channels.formUnion(route.channels)
    }
    if event.kind == "channel.failing", let failing = data.channel { channels.remove(failing) }
    return channels
  }
}
