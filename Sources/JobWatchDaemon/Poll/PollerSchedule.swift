import JobWatchCore
import JobWatchStore

/// Where the schedule comes from: the job rows at start, then the event table and what each answer decides.
extension Poller {
  func load(at now: Moment) async throws {
    try await noteConfigured(at: now.wall)
    let log = log
    let (learned, ends, limiters, seq, conditions) = try await store.read { transaction in
      (
        try transaction.learned(), try transaction.recentEnds(RecentArrivals.most),
        try transaction.budgets { lane, error in
          log.warning(
            "what is left of a quota cannot be read: it is learned anew",
            metadata: [
              "account": "\(lane.account)", "service": "\(lane.service)", "error": "\(error)",
            ])
        },
        try transaction.lastSeq(), try transaction.openConditions()
      )
    }
    queue.restore(limiters, at: now)
    // An attempt before this one may have counted jobs already.
    queue.restore(learned: learned.map { ($0.key, $0.model) }, ends: ends)
    try await loadJobs(at: now)
    queue.spread(at: now.uptime)
    for condition in conditions { resume(condition, at: now) }
    if let past = memory.take() { credentials.takeOver(past, at: now.uptime) }
    hold(conditions)
    seenSeq = seq
    isLoaded = true
    log.info("the schedule is loaded", metadata: ["jobs": "\(queue.count)"])
  }

  private func noteConfigured(at now: Timestamp) async throws {
    let (accounts, routes) = (Set(credentials.accounts.keys), routes)
    let parked = try await store.write {
      try $0.noteConfigured(accounts: accounts, at: now, routes: routes)
    }
    guard !parked.isEmpty else { return }
    log.notice(
      "accounts are not configured: their jobs are parked until they are again",
      metadata: ["accounts": "\(parked.joined(separator: ", "))"])
  }

  /// Some at a time: a million rows would take ten times the memory of a million tickets.
  private func loadJobs(at now: Moment) async throws {
    var (last, isMore) = (Int64(0), true)
    while isMore {
      let after = last
      let jobs = try await store.read { try $0.schedule(after: after, limit: Self.rowsAtOnce) }
      last = jobs.last?.id ?? last
      isMore = jobs.count == Self.rowsAtOnce
      note(jobs)
      queue.enroll(jobs, at: now)
      pulse.turns(at: clock().awake)
    }
    // The price that meets a target follows from the running jobs, and the plans from it.
    try await review(at: now.uptime)
    queue.admit(at: now.uptime)
  }

  private static let rowsAtOnce = 10_000

  /// Notices that the wall clock was set: the clouds' times are told by it, and ages with them.
  func noteClock(_ now: Moment) {
    guard let step = clockWatch.step(at: now) else { return }
    let change = step < .zero ? "\((.zero - step).spoken) back" : "\(step.spoken) ahead"
    log.notice("the system's clock was set", metadata: ["by": "\(change)"])
    credentials.clockWasSet(by: step)
    clockSetAt = now.wall
    if step < .zero { mayHaveTimesAhead = true }
    for key in Array(lanes.keys) {
      lanes[key]?.clockOffset.shift(by: step)
      lanes[key]?.absences.clockWasSet(at: now.wall)
      if let since = lanes[key]?.outage?.since { lanes[key]?.outage?.since = since + step }
      if let since = lanes[key]?.stall?.since { lanes[key]?.stall?.since = since + step }
    }
  }

  /// Once for each step back. While the database takes nothing it is tried again, and polls go on.
  func boundJobTimes(at now: Moment) async {
    guard mayHaveTimesAhead else { return }
    let wall = now.wall
    do {
      if try await store.read({ try $0.hasJobTimesAhead(of: wall) }) {
        try await store.write { try $0.boundJobTimes(at: wall) }
        log.notice("jobs were registered while the clock was ahead: their ages count from now on")
      }
      mayHaveTimesAhead = false
    } catch {
      log.debug("times that are ahead stay for now", metadata: ["error": "\(error)"])
    }
  }

  func takeNews(at now: Moment) async throws {
    let isHinted = hasNews.exchange(false, ordering: .acquiring)
    guard isHinted || now.uptime - lastNewsAt >= Alarm.longestWait else { return }
    lastNewsAt = now.uptime
    let after = seenSeq
    do {
      let (jobs, seq, conditions) = try await store.read { transaction in
        (
          try transaction.scheduled(after: after), try transaction.lastSeq(),
          try transaction.openConditions()
        )
      }
      hold(conditions)
      note(jobs)
      queue.add(jobs, at: now)
      seenSeq = seq
    } catch {
      hasNews.store(true, ordering: .releasing)
      throw error
    }
  }

  /// What was parked for its project is due again when the account's has become that one.
  func noteProjects(at uptime: Duration) {
    for (key, lane) in lanes {
      guard let grant = credentials.grant(of: key.account, at: uptime) else { continue }
      if lane.note(project: grant.projectID) { queue.unpark(lane.place, at: uptime) }
    }
  }

  /// Lanes with jobs, that of the longest due one first: the one call that proves a credential, for all of its
  /// services, is not always the same lane's.
  func dueLanes(at uptime: Duration) -> [EndpointKey] {
    let due = lanes.compactMap { key, lane -> (first: Duration, key: EndpointKey)? in
      guard !held.contains(key.account), let first = queue.first(lane.place)?.due else {
        return nil
      }
      return (first, key)
    }
    return due.sorted { $0.first < $1.first }.map(\.key)
  }

  /// Rings if the lane can be served before the loop looks again; not for a tick's sake.
  func wake(for key: EndpointKey, at now: Moment) {
    guard plannedWake > now.uptime + Self.tick else { return }
    switch readiness(of: key, at: now.uptime) {
    case .now: alarm.ring()
    case .at(let time) where time < plannedWake: alarm.ring()
    case .at, .asleep: break
    }
  }

  /// Trouble that a restart finds on record: it is neither forgotten nor told twice.
  private func resume(_ condition: Condition, at now: Moment) {
    switch condition.subject {
    case .account(let name) where credentials.accounts[name] != nil:
      guard [.refused, .lockedOut].contains(condition.kind) else { return }
      credentials.resumePaused(
        name, cause: condition.cause, endsByCall: condition.kind == .refused, at: now)
    case .endpoint(let key): resume(condition, of: key, at: now)
    case .account, .channel, .worker, .daemon: break
    }
  }

  private func resume(_ condition: Condition, of key: EndpointKey, at now: Moment) {
    let isTold = condition.toldAt != nil
    switch condition.kind {
    case .forbidden, .misconfigured: lanes[key]?.permission.resumeShut(at: now.uptime)
    case .unreachable:
      lanes[key]?.breaker.resumeShut(at: now.uptime)
      lanes[key]?.outage = Lane.Outage(
        since: condition.since, cause: condition.cause, isTold: isTold, isConfirmed: isTold)
    case .busy:
      lanes[key]?.stall = BusyStreak(
        since: condition.since, cause: condition.cause, isTold: isTold)
    case .absent:
      // Since later than now, by a clock that was ahead: the hold begins anew.
      let age = max(now.wall - condition.since, .zero)
      lanes[key]?.absences.resumeMass(since: now.uptime - age)
    case .pausedByHand, .refused, .lockedOut, .unconfigured, .failing, .stopped: break
    }
  }
}
