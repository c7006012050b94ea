import JobWatchCore

/// What the cloud is about to delete is told before, at the times of `expiry`.
struct Warned: Promise {
  private static let unpaid: [Duration] = [.days(7), .days(3), .days(1), .hours(6)]
  private static let atRisk: [Duration] = [.hours(4), .hours(1)]
  /// By notice, how long before its deadline it is told.
  static let leads = [
    "job.expiring": unpaid + [.hours(4)], "job.at_risk": atRisk, "job.late": [], "job.stuck": [],
  ]
  /// For the first polls after a start.
  private static let patience = Duration.minutes(45)

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    if world.circumstances.hasHad(.clock) || world.restoredSeq != nil { return [] }
    let events = Dictionary(grouping: rows.events.filter { $0.job != nil }, by: \.job)
    return rows.jobs.compactMap { job in
      guard let truth = world.cloud.jobs[job.key.jobID], truth.service == .ecs, !world.cloud.isOdd(truth.id),
        let seen = world.cloud.polls[truth.id]?.lastShown.map({ VirtualTime.start + $0 })
      else { return nil }
      let told = events[job.id] ?? []
      if job.state == "awaiting_payment" {
        // One that is paid ends, and is kept from then on; that a record vanishes within hours nobody can foresee.
        guard truth.end == nil, let gone = truth.goneAt, gone - truth.submitted > .hours(6) else { return nil }
        let known = told.last { $0.kind == "job.awaiting_payment" }.map { $0.at }
        return missing("job.expiring", Self.unpaid, before: gone, knownSince: known ?? seen, told, job, world)
      }
      guard job.isWatched else { return nil }
      let window = world.setup.retention?.finished ?? .days(1)
      return late(job, told, world)
        ?? missing(
          "job.at_risk", Array(Self.atRisk.prefix(1)), before: seen + window, knownSince: seen, told, job, world)
    }
  }

  /// A job that goes on for longer than expected is told once, and not before.
  private func late(_ job: Rows.Job, _ told: [Rows.Event], _ world: World) -> Violation? {
    guard let expectation = world.submitters.expectations[job.key], world.setup.keep > .days(30),
      let registered = told.first(where: { $0.kind == "job.registered" })?.at
    else { return nil }
    let notice = told.first { $0.kind == "job.late" }
    let late = notice?.at
    // It began some time before it came here.
    if let late, let begun = world.cloud.jobs[job.key.jobID]?.submitted, late < begun + expectation.within {
      return Violation("WARNED", "\(job.key) was said to be late before it was", job.key)
    }
    // It is asked for at its expected end.
    if let late, notice?.content.blindGap != nil, let truth = world.cloud.jobs[job.key.jobID],
      truth.visibleFrom < late - .minutes(3), truth.goneAt.map({ $0 > late }) ?? true
    {
      let (from, to) = (late - .minutes(3) - VirtualTime.start, late - VirtualTime.start)
      let isClear = world.circumstances.longestClearSpan(from, to, host: truth.host) == .minutes(3)
      if isClear, !world.cloud.isOdd(truth.id), !world.circumstances.isBusy(job.key, at: to) {
        return Violation("WARNED", "\(job.key) was said to be late, and was not asked for when it should end", job.key)
      }
    }
    let due = max(registered + expectation.within - VirtualTime.start, expectation.since)
    guard late == nil, job.state != "awaiting_payment",
      world.circumstances.longestClearSpan(due, world.time.now, host: nil) > Self.patience
    else { return nil }
    return Violation(
      "WARNED", "\(job.key) was expected within \(expectation.within.text), and no job.late came", job.key)
  }

  /// No notice since the last of the times before a deadline that have come.
  private func missing(
    _ kind: String, _ leads: [Duration], before deadline: Timestamp, knownSince: Timestamp, _ told: [Rows.Event],
    _ job: Rows.Job, _ world: World
  ) -> Violation? {
    let now = world.time.truth
    let lead = leads.last { lead in
      let since = max(deadline - lead, knownSince) - VirtualTime.start
      return world.circumstances.longestClearSpan(since, world.time.now, host: nil) > Self.patience
    }
    guard now < deadline, let lead else { return nil }
    // An answer that was lost with a process makes the deadline an earlier one.
    let since = kind == "job.at_risk" ? knownSince : deadline - lead - .minutes(5)
    if since < now - world.setup.keep + .hours(1) { return nil }
    if told.contains(where: { $0.kind == kind && $0.at >= since }) { return nil }
    return Violation("WARNED", "\(job.key) is gone at \(deadline), and no \(kind) says so", job.key)
  }
}
