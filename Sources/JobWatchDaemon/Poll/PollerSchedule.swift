import JobWatchCore
import JobWatchStore

/// Where the schedule comes from: the job rows at start, the event table from then on.
extension Poller {
  func load(at now: Moment) async throws {
    let (jobs, seq, conditions) = try await store.read { ledger in
      (try ledger.schedule(), try ledger.lastSeq(), try ledger.conditions())
    }
    for job in jobs { enter(job, at: now) }
    for condition in conditions { resume(condition, at: now) }
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
      let (jobs, seq) = try await store.read { ledger in
        (try ledger.scheduled(after: after), try ledger.lastSeq())
      }
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
    guard let lane = lanes[job.lane], !lane.inFlight.contains(job.id) else { return }
    let wait = (job.dueAt - now.wall).clamped(.zero, lane.rules.pollCeiling.scaled(by: 1.1))
    lanes[job.lane]?.add(job.id, due: now.uptime + wait)
  }

  /// A lost job that is submitted again may still stand in the schedule, to be looked for now and then.
  private func leave(_ jobs: [Ledger.Scheduled]) {
    for (key, known) in Dictionary(grouping: jobs, by: \.lane) {
      lanes[key]?.remove(Set(known.map(\.id)))
    }
  }

  /// Trouble that a restart finds on record: it is neither forgotten nor told twice.
  private func resume(_ condition: Ledger.Condition, at now: Moment) {
    for name in credentials.accounts.keys
    where condition.subject == HealthChange.subject(account: name) {
      credentials.resumePaused(name, at: now.uptime)
    }
    for key in lanes.keys where condition.subject == HealthChange.subject(key) {
      switch HealthChange.Kind(rawValue: condition.kind) {
      case .forbidden, .misconfigured: lanes[key]?.permission.resumeShut(at: now.uptime)
      case .unreachable:
        lanes[key]?.breaker.resumeShut(at: now.uptime)
        lanes[key]?.outage = Lane.Outage(
          since: condition.since, cause: condition.cause, isTold: true)
      case .absent: lanes[key]?.wasAbsent = true
      case .refused, .failing, nil: break
      }
    }
  }
}
