import JobWatchCore

/// What the queue knows: how long jobs take, what a call costs, and what of both is stored.
extension PollQueue {
  /// Begins with what was stored, and with no job counted.
  ///
  /// - Parameters:
  ///   - learned: the models, in the order in which their types learned last.
  ///   - ends: the types of the jobs that ended last, from the newest on.
  package mutating func restore(
    learned: some Sequence<(key: DurationKey, model: [UInt8])>, ends: [DurationKey] = []
  ) {
    book = DurationBook(bounds: retention.mapValues(polling.bounds))
    entrants = []
    for (key, model) in learned { book.restore(key, model) }
    book.recall(arrivals: ends)
  }

  /// Takes over what a model has learned that is on record now.
  package mutating func learned(_ model: DurationModel, of key: DurationKey) {
    book.learned(model, of: book.id(of: key))
  }

  /// Counts a job that runs, and gives it no place: for a queue that only foretells.
  package mutating func watch(_ span: WatchedSpan, of key: DurationKey) {
    book.watch(span, of: book.id(of: key))
  }

  /// Types that were forgotten since the last call: their rows can be deleted.
  package mutating func takeForgotten() -> [DurationKey] { book.takeForgotten() }

  /// The price that meets the target, from what is known now. Without a target the user's price stays.
  package mutating func reprice(at uptime: Duration) {
    guard let target = polling.target else { return }
    least = book.price(forMeanLatency: target.seconds, at: uptime)
    for index in lines.indices { lines[index].schedule.price.least = least }
  }

  // MARK: What is known

  /// What a decision on the poll's answer goes by.
  ///
  /// - Parameter type: as the answer has it; nil: as it was.
  package mutating func basis(
    of poll: ScheduledPoll, type: DurationKey? = nil, at uptime: Duration
  ) -> Basis {
    let id = type.map { book.id(of: $0) } ?? poll.type
    let plan = plan(at: poll.endpoint, id, at: uptime)
    return Basis(
      type: id, key: book.key(of: id), model: book.model(of: id, at: uptime), plan: plan,
      pace: pace(plan),
      stuckAge: book.stuckAge(of: id, at: uptime).map(Duration.seconds))
  }

  /// Nil: the user wants the same gap always.
  mutating func plan(at endpoint: Endpoint?, _ type: DurationBook.ID, at uptime: Duration)
    -> PollPlan?
  {
    guard polling.fixed == nil else { return nil }
    let price = endpoint.map { lines[$0.index].schedule.price.value } ?? least
    return book.plan(of: type, price: price, at: uptime)
  }

  private func pace(_ plan: PollPlan?) -> PollPace {
    if let plan { .plan(plan) } else { .fixed(polling.fixed ?? polling.ceiling) }
  }

  /// - Parameter price: seconds of latency that one call is worth.
  package mutating func plan(of key: DurationKey, price: Double, at uptime: Duration) -> PollPlan {
    book.plan(of: book.id(of: key), price: price, at: uptime)
  }

  package mutating func type(_ key: DurationKey, at uptime: Duration) -> KnownType {
    let id = book.id(of: key)
    return KnownType(
      key: book.key(of: id), ended: book.model(of: id, at: uptime).completions,
      running: book.running(id), distribution: book.distribution(of: id, at: uptime),
      prior: book.priorSource(of: id),
      stuckAge: [book.stuckAge(of: id, at: uptime), polling.stuckAfter?.seconds]
        .compactMap(\.self).min())
  }

  package func cost(_ endpoint: Endpoint?) -> PollForecast.CallCost {
    PollForecast.CallCost(
      recorded: endpoint.map { lines[$0.index].schedule.price.value } ?? 0, least: least,
      target: polling.target?.seconds)
  }

  /// What can be said of the job's coming polls.
  ///
  /// - Parameters:
  ///   - policies: of its service.
  ///   - dueAt: as it is on record.
  ///   - obstacle: what stands in the way of all polls, in words.
  package mutating func forecast(
    of job: Job, _ policies: Policies, dueAt: Timestamp, obstacle: String?, at now: Moment
  ) -> PollForecast {
    let endpoint = endpoint(job.key.endpoint)
    var context = PollContext(policies)
    context.pace = pace(plan(at: endpoint, book.id(of: job.durationKey), at: now.uptime))
    return PollForecast(
      job: job, type: type(job.durationKey, at: now.uptime), context: context, cost: cost(endpoint),
      dueAt: dueAt, obstacle: obstacle, now: now.wall)
  }

  // MARK: What is stored of the limiters

  /// Goes on with what the last process has left of each quota, at the price that it had come to.
  package mutating func restore(_ limiters: [SavedRateLimiter], at now: Moment) {
    for saved in limiters {
      guard let index = endpoint(saved.key)?.index else { continue }
      lines[index].schedule.limiter.restore(saved.record, savedAt: saved.savedAt, at: now)
      lines[index].schedule.price = CallPrice(
        least: lines[index].schedule.price.least, value: saved.record.price,
        trim: saved.record.trim)
    }
  }

  /// What has to be stored before the calls that were counted are made. Whoever stores it says so with `noteSaved`.
  package mutating func dueRecords(at now: Moment) -> [SavedRateLimiter] {
    records(at: now, isLast: false) { $0.mustBeSaved }
  }

  /// What is to be stored when no call is under way and none will be made.
  package mutating func lastRecords(at now: Moment) -> [SavedRateLimiter] {
    records(at: now, isLast: true) { !$0.isUntouched }
  }

  package mutating func noteSaved(_ limiters: [SavedRateLimiter]) {
    for saved in limiters {
      guard let index = endpoint(saved.key)?.index else { continue }
      lines[index].schedule.limiter.saved(saved.record)
    }
  }

  private mutating func records(
    at now: Moment, isLast: Bool, where isWanted: (RateLimiter) -> Bool
  ) -> [SavedRateLimiter] {
    lines.indices.compactMap { index in
      guard isWanted(lines[index].schedule.limiter) else { return nil }
      var record = lines[index].schedule.limiter.record(at: now.uptime, isLast: isLast)
      (record.price, record.trim) = (
        lines[index].schedule.price.value, lines[index].schedule.price.trim
      )
      return SavedRateLimiter(key: lines[index].key, savedAt: now.wall, record: record)
    }
  }
}
