import JobWatchConfiguration
import JobWatchCore
import JobWatchStore
import PollPlanning

/// The daemon's queue, rebuilt from the database: learned durations, the jobs that run now, and the rest of the quotas.
struct LearnedSchedule {
  private var queue: PollQueue
  private let limiters: [RateLimiterRecord]
  private let configuration: Configuration

  /// One moment, because nothing is kept from an earlier one.
  private static let uptime = Duration.zero

  /// - Parameter service: the one whose jobs are asked about; nil: all.
  init(_ configuration: Configuration, _ transaction: Transaction, service: String? = nil) throws {
    self.configuration = configuration
    let hasTarget = configuration.polling.target != nil
    // The price that meets a target follows from the jobs of all services.
    let service = hasTarget ? nil : service
    var queue = configuration.pollQueue
    queue.restore(
      learned: try transaction.durations.all().filter {
        service == nil || $0.key.service == service
      }
      .map { ($0.key, $0.model) },
      ends: hasTarget ? try transaction.jobs.recentEnds(PollQueue.recentEnds) : [])
    try transaction.jobs.forEachRunning(of: configuration.accounts.map(\.name), service: service) {
      queue.watch($1, of: $0)
    }
    limiters = try transaction.budgets.all()
    // Accounts that are not configured any more have their last price too.
    for limiter in limiters { queue.addEndpoint(limiter.key) }
    queue.restore(limiters, at: Moment(wall: Timestamp(milliseconds: 0), uptime: Self.uptime))
    self.queue = queue
  }

  mutating func type(_ key: DurationKey) -> KnownType { queue.type(key, at: Self.uptime) }

  func budget(of endpoint: EndpointKey) -> RateLimiterRecord? {
    limiters.first { $0.key == endpoint }
  }

  /// Nil: the job is not polled any more.
  /// - Parameter isDaemonRunning: whether a daemon seems to run.
  mutating func forecast(
    of job: Job, _ transaction: Transaction, _ pauses: AccountPauses, isDaemonRunning: Bool, at now: Timestamp
  ) throws -> PollForecast? {
    guard let dueAt = try transaction.jobs.nextPoll(of: job.id) else { return nil }
    let obstacle = isDaemonRunning ? pauses.obstacle(on: job.key.endpoint, dueAt, at: now) : "no daemon runs"
    queue.reprice(at: Self.uptime)
    return queue.forecast(
      of: job, configuration.policies(for: job.key.service), dueAt: dueAt,
      obstacle: obstacle, at: Moment(wall: now, uptime: Self.uptime))
  }
}
