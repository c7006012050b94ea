import JobWatchCore

extension PollSchedule {
  /// Puts what is due in the order in which a backlog loses least: at a start, and after an outage. Those whose record
  /// may soon be deleted keep their place before all; of the others, those go first whose job has most likely ended
  /// since it was last seen.
  ///
  /// - Parameter book: knows the laws; a law is worked out once for each key.
  mutating func spread(at uptime: Duration, by book: inout DurationBook) {
    var laws: [DurationBook.ID: DurationDistribution] = [:]
    reorder(at: uptime) { ticket in
      let law = laws[ticket.law] ?? book.law(of: ticket.law, at: uptime)
      laws[ticket.law] = law
      return ticket.shareRunning(at: uptime, by: law)
    }
  }
}

extension ScheduledPoll {
  /// How likely the job still runs.
  fileprivate func shareRunning(at uptime: Duration, by law: DurationDistribution) -> Double {
    if isLost { return 1 }
    let then = law.survival(at: span.known)
    return then > 0 ? law.survival(at: age(at: uptime)) / then : 1
  }
}
