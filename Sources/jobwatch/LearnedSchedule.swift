import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import JobWatchStore
import PollPlanning

/// The daemon's queue, rebuilt from the database: learned durations, the jobs that run now, and the rest of the quotas.
struct LearnedSchedule {
  private var queue: PollQueue
  private let limiters: [SavedRateLimiter]
  private let configuration: Configuration

  /// One moment, because nothing is kept from an earlier one.
  private static let uptime = Duration.zero

  /// - Parameter service: whose jobs are asked about; nil: all services'.
  init(_ configuration: Configuration, _ transaction: Transaction, service: String? = nil) throws {
    self.configuration = configuration
    let hasTarget = configuration.polling.target != nil
    // The price that meets a target follows from the jobs of all services; all else is each one's own.
    let service = hasTarget ? nil : service
    var queue = configuration.pollQueue
    queue.restore(
      learned: try transaction.learned().filter { service == nil || $0.key.service == service }
        .map { ($0.key, $0.model) },
      ends: hasTarget ? try transaction.recentEnds(PollQueue.recentEnds) : [])
    try transaction.forEachRunning(of: configuration.accounts.map(\.name), service: service) {
      queue.watch($1, of: $0)
    }
    limiters = try transaction.budgets()
    // Accounts that are not configured any more have their last price too.
    for limiter in limiters { queue.addEndpoint(limiter.key) }
    queue.restore(limiters, at: Moment(wall: Timestamp(milliseconds: 0), uptime: Self.uptime))
    self.queue = queue
  }

  mutating func type(_ key: DurationKey) -> KnownType { queue.type(key, at: Self.uptime) }

  func budget(of endpoint: EndpointKey) -> SavedRateLimiter? {
    limiters.first { $0.key == endpoint }
  }

  /// - Parameters:
  ///   - dueAt: as it is on record.
  ///   - obstacle: what stands in the way of all polls, in words.
  mutating func forecast(
    of job: Job, dueAt: Timestamp, obstacle: String?, at now: Timestamp
  ) -> PollForecast {
    queue.reprice(at: Self.uptime)
    let rules = CloudService.named(job.key.service).map(configuration.rules)
    return queue.forecast(
      of: job, rules ?? WatchRules(polling: configuration.polling), dueAt: dueAt,
      obstacle: obstacle, at: Moment(wall: now, uptime: Self.uptime))
  }
}
