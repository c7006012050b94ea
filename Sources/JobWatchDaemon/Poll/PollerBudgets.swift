import JobWatchCore
import JobWatchStore

/// The budgets on record: no call is made that a crash could make the next process forget.
extension Poller {
  /// Goes on with what the last process has left of each quota, at the price that it had come to.
  func restore(_ budgets: [Transaction.SavedRateLimiter], at now: Moment) {
    for saved in budgets {
      lanes[saved.key]?.schedule.budget.restore(saved.record, savedAt: saved.savedAt, at: now)
      if let least = lanes[saved.key]?.schedule.price.least {
        lanes[saved.key]?.schedule.price = CallPrice(
          least: least, value: saved.record.price, trim: saved.record.trim)
      }
    }
  }

  /// To be called when calls were counted, before they are made. Throws when they must not be made.
  func saveBudgets() async throws {
    let budgets = dueBudgets()
    guard !budgets.isEmpty else { return }
    try await store.write { try $0.save(budgets) }
    noteSaved(budgets)
  }

  /// What has to be stored, of all lanes at once. Whoever stores it says so with `noteSaved`.
  func dueBudgets() -> [Transaction.SavedRateLimiter] { budgets { $0.dueRecord(at: $1) } }

  func noteSaved(_ budgets: [Transaction.SavedRateLimiter]) {
    for saved in budgets { lanes[saved.key]?.schedule.budget.saved(saved.record) }
  }

  /// When no call is under way any more and none will be made.
  func saveLastBudgets() async {
    let budgets = budgets { $0.lastRecord(at: $1) }
    guard !budgets.isEmpty else { return }
    do {
      try await store.write { try $0.save(budgets) }
    } catch {
      log.warning(
        "what is left of the quotas cannot be stored: the next start takes less to be left",
        metadata: ["error": "\(error)"])
    }
  }

  /// Counts one more call beside those that the schedule has counted. False: it must not be made.
  func spend(onRetryIn key: EndpointKey) async -> Bool {
    lanes[key]?.schedule.budget.spend(at: clock().uptime)
    do {
      try await saveBudgets()
      return true
    } catch {
      lanes[key]?.schedule.budget.withdraw()
      return false
    }
  }

  private func budgets(_ record: (Lane, Duration) -> RateLimiterRecord?) -> [Transaction
    .SavedRateLimiter]
  {
    let now = clock()
    return lanes.compactMap { key, lane in
      record(lane, now.uptime).map {
        Transaction.SavedRateLimiter(key: key, savedAt: now.wall, record: $0)
      }
    }
  }
}

extension Lane {
  /// Nil: the last one that was stored will do.
  fileprivate func dueRecord(at uptime: Duration) -> RateLimiterRecord? {
    schedule.budget.mustBeSaved ? priced(schedule.budget.record(at: uptime)) : nil
  }

  /// Nil: no call was ever made.
  fileprivate func lastRecord(at uptime: Duration) -> RateLimiterRecord? {
    schedule.budget.isUntouched ? nil : priced(schedule.budget.record(at: uptime, isLast: true))
  }

  private func priced(_ record: RateLimiterRecord) -> RateLimiterRecord {
    var record = record
    (record.price, record.trim) = (schedule.price.value, schedule.price.trim)
    return record
  }
}
