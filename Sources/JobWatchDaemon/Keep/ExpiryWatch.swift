import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore

/// Tells what the cloud is about to delete, whose end may be missed, and who is late.
///
/// A row's `notice_at` is never too late, but may be too early, since a sighting moves the deadline without
/// touching it: what comes up is looked at again, told if it is still due, and given its new time.
actor ExpiryWatch: Worker {
  nonisolated let name = "expiry watch"

  private let store: Store
  private let policies: [String: Policies]
  private let routes: RouteTable
  private let firstWait: Duration
  /// Once the clock was set, all was seen by another clock. Until what is watched has been seen anew, it would look unseen for
  /// as long as the clock leapt, and what is urgent is known early enough after it.
  private let calm: Duration
  private var clockWatch = ClockWatch()
  private var quietUntil = Duration.zero
  private var lastLookAt: Duration?

  private static let batch = 200
  /// Notices are minutes to days ahead; whoever rings for every event must not make this a query for every event.
  private static let shortestWait = Duration.milliseconds(200)

  init(configuration: Configuration, store: Store) {
    self.store = store
    routes = configuration.routeTable
    let expiry = configuration.expiry
    let leads = expiry.finished + expiry.unpaid + expiry.atRisk
    let quarter = leads.min()?.scaled(by: 0.25) ?? .minutes(15)
    firstWait = min(.seconds(30), quarter)
    calm = min(.minutes(15), quarter)
    policies = Dictionary(
      uniqueKeysWithValues: CloudService.all.map { ($0.name, configuration.policies(for: $0)) })
  }

  func work(at now: Moment) async throws -> Duration? {
    if let step = clockWatch.step(at: now), step > .minutes(1) { quietUntil = now.uptime + calm }
    if now.uptime < quietUntil { return quietUntil }
    guard let last = lastLookAt else {
      // After a long stop the polls that are due at once say more than a notice would.
      lastLookAt = now.uptime + firstWait - Self.shortestWait
      return now.uptime + firstWait
    }
    if now.uptime - last < Self.shortestWait { return last + Self.shortestWait }
    lastLookAt = now.uptime
    if try await tell(at: now) == Self.batch { return now.uptime + Self.shortestWait }
    let next = try await store.read { try $0.nextNoticeTime() }
    return next.map { now.uptime + max($0 - now.wall, Self.shortestWait) }
  }

  private func tell(at now: Moment) async throws -> Int {
    let (policies, routes) = (policies, routes)
    guard try await store.read({ !(try $0.jobsToNotice(at: now.wall, limit: 1).isEmpty) }) else {
      return 0
    }
    return try await store.write { transaction in
      let jobs = try transaction.jobsToNotice(at: now.wall, limit: Self.batch)
      for job in jobs {
        var schedule = NoticeSchedule(of: job, under: policies[job.key.service] ?? Policies())
        let gaps = try transaction.gaps(
          of: job.key.endpoint, from: job.lastVouchedAt, to: now.wall)
        for event in schedule.take(at: now.wall, gaps: gaps) {
          try transaction.append(event, of: job.id, to: routes.channels(for: event))
        }
        try transaction.setNotice(
          job.id, notices: schedule.job.notices, noticeAt: schedule.next(after: now.wall))
      }
      return jobs.count
    }
  }
}
