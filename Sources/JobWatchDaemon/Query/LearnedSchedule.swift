import CloudAPI
import JobWatchCore
import JobWatchStore

/// What the daemon's schedule goes by, rebuilt from the database for commands: what ended jobs have taught, the jobs
/// that run now, and what is left of the quotas.
package struct LearnedSchedule {
  private var book: DurationBook
  private let running: [DurationBook.ID: Int]
  private let budgets: [Transaction.SavedRateLimiter]
  private let polling: PollPolicy
  private let rules: [String: WatchRules]

  /// As everything stands: nothing is kept from an earlier time.
  private static let uptime = Duration.zero

  /// - Parameter service: of whose jobs something is to be said; nil: of all.
  package init(_ configuration: Configuration, _ transaction: Transaction, service: String? = nil)
    throws
  {
    polling = configuration.polling
    // The price that meets a target follows from the jobs of all services; all else is each one's own.
    let service = polling.target == nil ? service : nil
    var book = DurationBook(bounds: configuration.pollBounds)
    for entry in try transaction.learned() where service == nil || entry.key.service == service {
      book.restore(entry.key, entry.model)
    }
    if polling.target != nil {
      book.recall(arrivals: try transaction.recentEnds(RecentArrivals.most))
    }
    var running: [DurationBook.ID: Int] = [:]
    try transaction.forEachRunning(of: configuration.accounts.map(\.name), service: service) {
      key, span in
      let id = book.id(of: key)
      book.watch(span, of: id)
      running[id, default: 0] += 1
    }
    (self.book, self.running) = (book, running)
    budgets = try transaction.budgets()
    rules = Dictionary(
      uniqueKeysWithValues: CloudService.all.map { ($0.name, configuration.rules(for: $0)) })
  }

  package mutating func type(_ key: DurationKey) -> KnownType {
    let id = book.id(of: key)
    let model = book.model(of: id, at: Self.uptime)
    return KnownType(
      key: book.key(of: id), ended: model.completions, running: running[id] ?? 0,
      law: model.law(), prior: book.priorSource(of: id),
      stuckAge: [book.stuckAge(of: id, at: Self.uptime), polling.stuckAfter?.seconds]
        .compactMap(\.self).min())
  }

  package func budget(of lane: EndpointKey) -> Transaction.SavedRateLimiter? {
    budgets.first { $0.key == lane }
  }

  /// - Parameter dueAt: as it is on record.
  package mutating func outlook(
    of job: Job, dueAt: Timestamp, obstacle: String?, at now: Timestamp
  ) -> PollForecast {
    let cost = cost(in: job.key.lane)
    var rules = rules[job.key.service] ?? WatchRules(polling: polling)
    rules.pace = pace(of: job, price: cost.now)
    return PollForecast(
      job: job, type: type(job.durationKey), rules: rules, cost: cost, dueAt: dueAt,
      obstacle: obstacle, now: now)
  }

  private mutating func cost(in lane: EndpointKey) -> CallCost {
    let recorded = budget(of: lane)?.record.price ?? 0
    guard let target = polling.target?.seconds else {
      return CallCost(recorded: recorded, least: polling.price.seconds)
    }
    let least = book.price(forMeanLatency: target, at: Self.uptime)
    return CallCost(recorded: recorded, least: least, target: target)
  }

  private mutating func pace(of job: Job, price: Double) -> PollPace {
    if let gap = polling.fixed { return .fixed(gap) }
    let id = book.id(of: job.durationKey)
    return .plan(book.plan(of: id, price: price, at: Self.uptime))
  }
}

extension Job {
  /// Whose like it is.
  package var durationKey: DurationKey {
    DurationKey(service: key.service, jobType: jobType ?? "", region: region)
  }
}
