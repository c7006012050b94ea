import JobWatchCore

extension PollSchedule {
  /// Puts what is due in the order in which a backlog loses least, at a start and after an outage: jobs whose record may
  /// soon be deleted stay first, then those that have most likely ended since they were last seen.
  ///
  /// - Parameter book: each type's distribution is looked up once.
  mutating func spread(at uptime: Duration, by book: inout DurationBook) {
    var known: [DurationBook.ID: DurationDistribution] = [:]
    reorder(at: uptime) { poll in
      let distribution = known[poll.type] ?? book.distribution(of: poll.type, at: uptime)
      known[poll.type] = distribution
      return poll.shareRunning(at: uptime, by: distribution)
    }
  }
}

extension ScheduledPoll {
  /// How likely the job still runs.
  fileprivate func shareRunning(at uptime: Duration, by distribution: DurationDistribution)
    -> Double
  {
    if isLost { return 1 }
    let then = distribution.survival(at: span.known)
    return then > 0 ? distribution.survival(at: age(at: uptime)) / then : 1
  }
}
