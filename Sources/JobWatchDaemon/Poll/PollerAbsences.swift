import JobWatchCore

/// Jobs that are absent all at once: no verdict is given on any while that may be the service's fault.
extension Poller {
  func absent(_ call: Call, at now: Moment) -> [ConditionChange] {
    // That a lost job is absent says nothing new.
    guard let lane = lanes[call.lane], !call.ticket.isLost else { return [] }
    switch lane.absent(call.job, of: queue.watched(lane.place), at: now.uptime) {
    case .massBegan(let absent, let watched):
      let cause =
        "\(absent) of \(watched) watched jobs are suddenly unknown to it; no verdict is given on any"
      return [.down(call.lane, .absent, cause: cause, at: now.wall)]
    case .massEnded:
      return [.up(call.lane, .absent, at: now.wall)]
    case nil: return []
    }
  }

  func sighted(_ key: EndpointKey, at now: Moment) -> [ConditionChange] {
    let change = lanes[key]?.absences.sighted(at: now.wall)
    guard change == .massEnded else { return [] }
    return [.up(key, .absent, at: now.wall)]
  }
}
