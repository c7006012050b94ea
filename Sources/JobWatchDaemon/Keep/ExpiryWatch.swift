import JobWatchConfiguration
import JobWatchCore
import JobWatchStore
import Synchronization

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
  private let memory: ClockMemory
  /// No row is looked at before; nil: not known yet.
  private var readyAt: Duration?

  private static let batch = 200
  /// Notices are minutes to days ahead, and the alarm rings for every event: not each ring needs a query.
  private static let shortestWait = Duration.milliseconds(200)

  init(configuration: Configuration, store: Store, memory: ClockMemory = ClockMemory()) {
    self.store = store
    self.configuration = configuration
    self.memory = memory
    routes = configuration.routeTable
    let expiry = configuration.expiry
    let leads = expiry.finished + expiry.unpaid + expiry.atRisk
    let quarter = leads.min()?.scaled(by: 0.25) ?? .minutes(15)
    firstWait = min(.seconds(30), quarter)
    clockPause = min(.minutes(15), quarter)
  }

  func work(at now: Moment) async throws -> Duration? {
    let (step, sleep) = memory.unrecorded(at: now)
    var ready = readyAt ?? now.uptime + firstWait
    if let step {
      try await store.write {
        try $0.conditions.noteStop(from: now.wall - step, to: now.wall, because: Condition.clockSet)
      }
    }
    if let sleep {
      try await store.write {
        try $0.conditions.noteStop(from: now.wall - sleep, to: now.wall, because: Condition.suspended)
      }
      ready = max(ready, now.uptime + firstWait)
    }
    memory.recorded(at: now)
    // The polls go first, also where a reload has begun this watch since.
    if let setAt = memory.setAheadAt { ready = max(ready, setAt + clockPause) }
    readyAt = ready
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

/// What the machine's clocks did, from one configuration to the next: a reload right after the machine wakes up, or after
/// its clock was set, must not lose it.
final class ClockMemory: Sendable {
  private struct State {
    var watch = ClockWatch()
    /// How far the clock was set ahead, and how long the machine has slept since it booted, as far as that is not, and
    /// is, on record; nil: not known yet.
    var jump: Duration?
    var slept: Duration?
    var setAheadAt: Duration?
  }

  private let state = Mutex(State())

  /// The uptime at which it was seen that the clock was set ahead, the last time.
  var setAheadAt: Duration? { state.withLock(\.setAheadAt) }

  /// By how much the clock was set ahead, and how long the machine slept, where that is more than a minute.
  func unrecorded(at now: Moment) -> (jump: Duration?, sleep: Duration?) {
    state.withLock { state in
      if let step = state.watch.step(at: now), step > .minutes(1) {
        state.jump = step
        state.setAheadAt = now.uptime
      }
      let sleep = now.slept - (state.slept ?? now.slept)
      return (state.jump, sleep > .minutes(1) ? sleep : nil)
    }
  }

  func recorded(at now: Moment) { state.withLock { ($0.jump, $0.slept) = (nil, now.slept) } }
}
