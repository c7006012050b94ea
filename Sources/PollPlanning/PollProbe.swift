import JobWatchCore

extension PollSchedule {
  /// Looks at one more job than are avoided, at the most.
  func hasOther(than choice: ProbeChoice) -> Bool {
    guard let first, choice.last.contains(first.job) || choice.avoided.contains(first.job) else {
      return false
    }
    return waiting.unordered.contains { !choice.last.contains($0.job) }
      || backlog.first(where: { !choice.last.contains($0.job) }) != nil
  }

  /// The first that is due, or another where that one is avoided.
  mutating func takeProbe(at uptime: Duration, avoiding choice: ProbeChoice)
    -> ScheduledPoll?
  {
    guard hasOther(than: choice) else { return takeFirst(at: uptime) }
    guard let allowed = limiter.readyAt(uptime, isUrgent: true), allowed <= uptime,
      let other = first(where: { !choice.avoided.contains($0.job) })
        ?? first(where: { !choice.last.contains($0.job) })
    else { return nil }
    for poll in remove([other.job]) { demandUnits += poll.demandUnits }
    return spend(other, at: uptime, isDue: other.due <= uptime)
  }

  /// Makes a job due that waits, other than those that failed: the one that was answered last, or the one whose turn is
  /// next. What it brings decides more than its own case.
  mutating func hasten(otherThan streak: FailureStreak, at uptime: Duration) {
    let isOther = { (poll: ScheduledPoll) in
      !streak.failing.contains(poll.job) && !streak.odd.contains(poll.job)
    }
    guard backlog.first(where: isOther) == nil else { return }
    let witness = streak.witness.flatMap { job in waiting.unordered.first { $0.job == job } }
    guard let other = witness ?? waiting.unordered.filter(isOther).min() else { return }
    for var poll in remove([other.job]) {
      if poll.due > uptime { poll.plan(at: uptime) }
      add(poll)
    }
  }

  /// Of those that `isWanted` takes. Looks at each: 5 ms for a million, and few probes are made.
  private func first(where isWanted: (ScheduledPoll) -> Bool) -> ScheduledPoll? {
    backlog.first(where: isWanted) ?? waiting.unordered.filter(isWanted).min()
  }
}
