import JobWatchConfiguration
import JobWatchCore
import JobWatchStore

/// Tells what the cloud is about to delete, whose end may be missed, and who is late.
///
/// A row's `notice_at` may be too early, because a sighting moves the deadline without touching it; it is never too
/// late. A row that comes up is checked again, told if it is still due, and given its new time.
actor ExpiryWatch: Worker {
  nonisolated let name = "expiry watch"

  private let store: Store
  private let configuration: Configuration
  private let routes: RouteTable
  /// After a stop or a sleep of the machine the polls that are due at once say more than a notice would.
  private let firstWait: Duration
  /// After the clock was set each watched job looks unseen for as long as it jumped, until its next poll.
  private let clockPause: Duration
  private var clockWatch = ClockWatch()
  /// How far the clock was set ahead, until that is on record.
  private var jump: Duration?
  /// How long the machine has slept since it booted, as far as that is on record; nil: not known yet.
  private var slept: Duration?
  /// No row is looked at before; nil: not known yet.
  private var readyAt: Duration?

  private static let batch = 200
  /// Notices are minutes to days ahead, and the alarm rings for every event: not each ring needs a query.
  private static let shortestWait = Duration.milliseconds(200)

  init(configuration: Configuration, store: Store) {
    self.store = store
    self.configuration = configuration
    routes = configuration.routeTable
    let expiry = configuration.expiry
    let leads = expiry.finished + expiry.unpaid + expiry.atRisk
    let quarter = leads.min()?.scaled(by: 0.25) ?? .minutes(15)
    firstWait = min(.seconds(30), quarter)
    clockPause = min(.minutes(15), quarter)
  }

  func work(at now: Moment) async throws -> Duration? {
    var ready = readyAt ?? now.uptime + firstWait
    if let step = clockWatch.step(at: now), step > .minutes(1) {
      jump = step
      ready = max(ready, now.uptime + clockPause)
      readyAt = ready
    }
    if let step = jump {
      try await store.write {
        try $0.conditions.noteStop(from: now.wall - step, to: now.wall, because: Condition.clockSet)
      }
      jump = nil
    }
    let sleep = now.slept - (slept ?? now.slept)
    if sleep > .minutes(1) {
      try await store.write {
        try $0.conditions.noteStop(from: now.wall - sleep, to: now.wall, because: Condition.suspended)
      }
      ready = max(ready, now.uptime + firstWait)
    }
    (readyAt, slept) = (ready, now.slept)
    if now.uptime < ready { return ready }
    readyAt = now.uptime + Self.shortestWait
    var next = try await store.read { try $0.jobs.nextNoticeTime() }
    if let due = next, due <= now.wall {
      if try await tell(at: now) == Self.batch { return readyAt }
      next = try await store.read { try $0.jobs.nextNoticeTime() }
    }
    return next.map { now.uptime + max($0 - now.wall, Self.shortestWait) }
  }

  private func tell(at now: Moment) async throws -> Int {
    try await store.write { [configuration, routes] transaction in
      let jobs = try transaction.jobs.toNotice(at: now.wall, limit: Self.batch)
      for job in jobs {
        var schedule = NoticeSchedule(of: job, under: configuration.policies(for: job.key.service))
        let gaps = try transaction.conditions.gaps(of: job.key.endpoint, from: job.lastVouchedAt, to: now.wall)
        for event in schedule.take(at: now.wall, gaps: gaps) {
          try transaction.append(event, of: job.id, to: routes.channels(for: event))
        }
        try transaction.jobs.setNotice(job.id, notices: schedule.job.notices, noticeAt: schedule.next(after: now.wall))
      }
      return jobs.count
    }
  }
}
