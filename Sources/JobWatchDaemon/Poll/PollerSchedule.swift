import JobWatchCore
import JobWatchStore

/// Where the schedule comes from: the job rows at start, then the event table and what each answer decides.
extension Poller {
  func load(at now: Moment) async throws {
    let (jobs, seq, conditions) = try await store.read { ledger in
      (try ledger.schedule(), try ledger.lastSeq(), try ledger.conditions())
    }
    for job in jobs { enter(job, at: now) }
    for condition in conditions { resume(condition, at: now) }
    hold(conditions, at: now)
    seenSeq = seq
    isLoaded = true
    log.info("the schedule is loaded", metadata: ["jobs": "\(jobs.count)"])
  }

  func takeNews(at now: Moment) async throws {
    let isHinted = hasNews.exchange(false, ordering: .acquiring)
    guard isHinted || now.uptime - lastNewsAt >= Alarm.longestWait else { return }
    lastNewsAt = now.uptime
    let after = seenSeq
    do {
      let (jobs, seq, conditions) = try await store.read { ledger in
        (try ledger.scheduled(after: after), try ledger.lastSeq(), try ledger.conditions())
      }
      hold(conditions, at: now)
      leave(jobs.filter { $0.id <= highestJob })
      for job in jobs { enter(job, at: now) }
      seenSeq = seq
    } catch {
      hasNews.store(true, ordering: .releasing)
      throw error
    }
  }

  /// The stored due time is the wall clock's; one that a clock jump has put beyond the ceiling is brought back.
  private func enter(_ job: Ledger.Scheduled, at now: Moment) {
    highestJob = max(highestJob, job.id)
    guard let ceiling = lanes[job.lane]?.rules.pollCeiling else { return }
    if lanes[job.lane]?.inFlight.contains(job.id) == true {
      lanes[job.lane]?.renewed.insert(job.id)
      return
    }
    if job.isLost {
      lanes[job.lane]?.lost.insert(job.id)
    } else {
      lanes[job.lane]?.lost.remove(job.id)
    }
    // The longest overdue come first: their records are the nearest to being deleted.
    let wait = (job.dueAt - now.wall).clamped(.days(-30), ceiling.scaled(by: 1.1))
    lanes[job.lane]?.add(job.id, due: now.uptime + wait)
  }

  /// A lost job that is submitted again may still stand in the schedule, to be looked for now and then.
  private func leave(_ jobs: [Ledger.Scheduled]) {
    for (key, known) in Dictionary(grouping: jobs, by: \.lane) {
      lanes[key]?.remove(Set(known.map(\.id)))
    }
  }

  /// What was parked for its project is due again when the account's has become that one.
  func noteProjects(at uptime: Duration) {
    // Not over the dictionary itself, which would be copied with every schedule in it.
    for key in Array(lanes.keys) {
      guard let grant = credentials.grant(of: key.account, at: uptime) else { continue }
      lanes[key]?.note(project: grant.projectID, at: uptime)
    }
  }

  /// Lanes with something due, that of the longest due job first: the one call that proves a credential, for all of
  /// its services, is not always the same lane's.
  func dueLanes(at uptime: Duration) -> [LaneKey] {
    let due = lanes.keys.compactMap { key -> (first: Duration, key: LaneKey)? in
      guard !held.contains(key.account), let first = lanes[key]?.schedule.min?.uptime,
        first <= uptime
      else { return nil }
      return (first, key)
    }
    return due.sorted { $0.first < $1.first }.map(\.key)
  }

  func follow(_ outcome: PollRecord.Outcome, of call: Call, at now: Moment) {
    let key = call.lane
    if outcome.isFinal { lanes[key]?.absences.forget(call.job) }
    if outcome.isFinal && outcome.next != .never {
      lanes[key]?.lost.insert(call.job)
    } else {
      lanes[key]?.lost.remove(call.job)
    }
    switch outcome.next {
    case .after(let gap): reschedule(call.job, key, due: now.uptime + gap, at: now)
    case .whenAllowed: reschedule(call.job, key, due: call.due, at: now)
    case .never:
      lanes[key]?.failures[call.job] = nil
      let isRenewed = lanes[key]?.renewed.contains(call.job) == true
      reschedule(call.job, key, due: isRenewed ? now.uptime : nil, at: now)
    }
  }

  /// - Parameter due: nil: the job is not asked for again.
  func reschedule(_ job: Int64, _ key: LaneKey, due: Duration?, at now: Moment) {
    lanes[key]?.inFlight.remove(job)
    lanes[key]?.renewed.remove(job)
    if let due { lanes[key]?.add(job, due: due) }
    wake(for: key, at: now)
  }

  /// Rings if the lane can be served before the loop looks again.
  func wake(for key: LaneKey, at now: Moment) {
    switch readiness(of: key, at: now.uptime) {
    case .now: alarm.ring()
    case .at(let time) where time < plannedWake: alarm.ring()
    case .at, .asleep: break
    }
  }

  /// Trouble that a restart finds on record: it is neither forgotten nor told twice.
  private func resume(_ condition: Ledger.Condition, at now: Moment) {
    for name in credentials.accounts.keys
    where condition.subject == HealthChange.subject(account: name) {
      guard let kind = HealthChange.Kind(rawValue: condition.kind),
        [.refused, .lockedOut].contains(kind)
      else { continue }
      credentials.resumePaused(
        name, cause: condition.cause, endsByCall: kind == .refused, at: now)
      troubles.begin(
        .account(name), HealthChange.Kind.refused.rawValue, at: condition.since,
        cause: condition.cause)
    }
    for key in Array(lanes.keys) where condition.subject == HealthChange.subject(key) {
      troubles.begin(.lane(key), condition.kind, at: condition.since, cause: condition.cause)
      switch HealthChange.Kind(rawValue: condition.kind) {
      case .forbidden, .misconfigured: lanes[key]?.permission.resumeShut(at: now.uptime)
      case .unreachable:
        lanes[key]?.breaker.resumeShut(at: now.uptime)
        lanes[key]?.outage = Lane.Outage(
          since: condition.since, cause: condition.cause, isTold: true)
      case .busy:
        lanes[key]?.stall = Stall(since: condition.since, cause: condition.cause, isTold: true)
      case .absent:
        let age = now.wall - condition.since
        lanes[key]?.absences.resumeMass(since: now.uptime - age)
      case .refused, .lockedOut, .held, .failing, nil: break
      }
    }
  }
}
