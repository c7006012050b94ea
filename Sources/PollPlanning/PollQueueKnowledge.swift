import JobWatchCore

/// How long jobs take, what a call costs, and what of both is stored.
extension PollQueue {
  /// Begins with what was stored, and with no job counted.
  /// - Parameters:
  ///   - learned: the models, in the order in which their types learned last.
  ///   - ends: the types of the jobs that ended last, from the newest on.
  /// - Returns: the types whose models this version cannot read. They begin as if nothing was learned.
  @discardableResult
  package mutating func restore(
    learned: some Sequence<(key: DurationKey, model: [UInt8])>, ends: [DurationKey] = []
  ) -> [DurationKey] {
    book = DurationBook(bounds: retention.mapValues(polling.bounds))
    entrants = []
    let unreadable = learned.filter { !book.restore($0.key, $0.model) }.map(\.key)
    book.recall(arrivals: ends)
    return unreadable
  }

  /// Takes over what a model has learned that is on record now.
  package mutating func learned(_ model: DurationModel, of key: DurationKey) {
    book.learned(model, of: book.id(of: key))
  }

  /// Counts a job that runs, and gives it no place: for a queue that only foretells.
  package mutating func watch(_ span: WatchedSpan, of key: DurationKey) { book.watch(span, of: book.id(of: key)) }

  /// Types that found no room: their rows can be deleted.
  package var forgotten: [DurationKey] { book.forgotten.sorted() }

  package mutating func noteDeleted(_ types: [DurationKey]) { book.noteDeleted(types) }

  /// The price that meets the target, from what is known now. Without a target the user's price stays.
  package mutating func reprice(at uptime: Duration) {
    guard let target = polling.target else { return }
    least = book.price(forMeanLatency: target.seconds, at: uptime)
    for index in queues.indices { queues[index].schedule.price.least = least }
  }

  // MARK: What is known

  /// - Parameter type: as the answer has it; nil: as it was.
  package mutating func knowledge(of poll: ScheduledPoll, type: DurationKey? = nil, at uptime: Duration)
    -> TypeKnowledge
  {
    let id = type.map { book.id(of: $0) } ?? poll.type
    let price = polling.fixed == nil ? price(poll.endpoint) : nil
    let known = book.known(of: id, price: price, at: uptime)
    return TypeKnowledge(
      type: id, key: known.key, model: known.model, plan: known.plan, pace: pace(known.plan),
      stuckAge: known.stuckAge.map(Duration.seconds))
  }

  /// Nil: the user wants the same gap always.
  mutating func plan(at endpoint: Endpoint?, _ type: DurationBook.ID, at uptime: Duration) -> PollPlan? {
    guard polling.fixed == nil else { return nil }
    return book.plan(of: type, price: endpoint.map(price) ?? least, at: uptime)
  }

  /// Seconds of latency that one call is worth now.
  func price(_ endpoint: Endpoint) -> Double { queues[endpoint.index].schedule.price.value }

  private func pace(_ plan: PollPlan?) -> PollPace {
    if let plan { .plan(plan) } else { .fixed(polling.fixed ?? polling.ceiling) }
  }

  /// - Parameter price: seconds of latency that one call is worth.
  package mutating func plan(of key: DurationKey, price: Double, at uptime: Duration) -> PollPlan {
    book.plan(of: book.id(of: key), price: price, at: uptime)
  }

  package mutating func type(_ key: DurationKey, at uptime: Duration) -> KnownType {
    let id = book.id(of: key)
    let known = book.known(of: id, price: nil, at: uptime)
    return KnownType(
      key: known.key, ended: known.model.completions, running: book.running(id),
      distribution: book.distribution(of: id, at: uptime), prior: book.priorSource(of: id),
      stuckAge: [known.stuckAge, polling.stuckAfter?.seconds].compactMap(\.self).min())
  }

  /// The job's coming polls.
  /// - Parameters:
  ///   - policies: of its service.
  ///   - dueAt: as it is on record.
  ///   - obstacle: what stands in the way of all polls, in words.
  package mutating func forecast(
    of job: Job, _ policies: Policies, dueAt: Timestamp, obstacle: String?, at now: Moment
  ) -> PollForecast {
    let endpoint = endpoint(job.key.endpoint)
    let pace = pace(plan(at: endpoint, book.id(of: job.durationKey), at: now.uptime))
    return PollForecast(
      job: job, type: type(job.durationKey, at: now.uptime), context: PollContext(policies, pace: pace),
      price: endpoint.map(price) ?? least, leastPrice: least, dueAt: dueAt, obstacle: obstacle, now: now.wall)
  }

  // MARK: What is stored of the limiters

  /// Goes on with what the last process has left of each quota, at the price that it had come to.
  package mutating func restore(_ limiters: [RateLimiterRecord], at now: Moment) {
    for record in limiters {
      guard let index = endpoint(record.key)?.index else { continue }
      queues[index].restore(record, at: now)
    }
  }

  /// The records to store before the calls that were counted are made. `noteSaved` takes them once they are stored.
  package mutating func dueRecords(at now: Moment) -> [RateLimiterRecord] {
    queues.indices.compactMap { queues[$0].record(at: now, isLast: false) }
  }

  /// The records to store when no call is under way and none will be made.
  package mutating func lastRecords(at now: Moment) -> [RateLimiterRecord] {
    queues.indices.compactMap { queues[$0].record(at: now, isLast: true) }
  }

  package mutating func noteSaved(_ limiters: [RateLimiterRecord]) {
    for record in limiters {
      guard let endpoint = endpoint(record.key) else { continue }
      self[limiter: endpoint].saved(record)
    }
  }
}
