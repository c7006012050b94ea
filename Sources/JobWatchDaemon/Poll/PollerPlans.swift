import JobWatchCore
import JobWatchStore

/// What an answer means for the queue, and what the queue's knowledge means for an answer.
extension Poller {
  /// What the answer's decision goes by: what is known of the type that it names.
  func basis(of call: Call, _ observation: Observation, at now: Moment) -> PollBasis {
    let type: DurationKey?
    switch observation {
    case .seen(_, let report), .unrecognised(let report):
      type = report.jobType.map {
        DurationKey(service: call.lane.service, jobType: $0, region: call.question.region)
      }
    default: type = nil
    }
    return queue.basis(of: call.ticket, type: type, at: now.uptime)
  }

  func follow(_ outcome: PollOutcome, of call: Call, _ basis: PollBasis, at now: Moment) {
    let lane = lanes[call.lane]
    if outcome.isFinal {
      lane?.absences.forget(call.job)
      lane?.showed(call.job)
    }
    let renewed = queue.record(outcome, of: call.ticket, basis, at: now)
    if outcome.next == .never || renewed != nil { lane?.forget(call.job) }
    if let renewed { lane?.entered(renewed) }
    wake(for: call.lane, at: now)
  }

  /// Notes how jobs that enter the queue stand with their service.
  func note(_ jobs: [ScheduledJob]) {
    for job in jobs {
      guard let lane = lanes[job.endpoint], !queue.isInFlight(job.id, lane.place) else { continue }
      lane.entered(job)
    }
  }

  /// Now and then: the price that meets the target, and types that found no room.
  func review(at uptime: Duration) async throws {
    guard uptime - reviewedAt >= Self.reviewInterval else { return }
    reviewedAt = uptime
    queue.reprice(at: uptime)
    let forgotten = queue.takeForgotten()
    guard !forgotten.isEmpty else { return }
    log.notice(
      "there are too many job types; what the longest untaught ones had taught is forgotten",
      metadata: ["types": "\(forgotten.count)", "first": "\(forgotten[0])"])
    try await store.write { transaction in
      for key in forgotten { try transaction.forget(key) }
    }
  }

  private static let reviewInterval = Duration.seconds(30)

  // MARK: The rate limiters on record: no call is made that a crash could make the next process forget

  /// To be called when calls were counted, before they are made. Throws when they must not be made.
  func saveLimiters() async throws {
    let limiters = queue.dueRecords(at: clock())
    guard !limiters.isEmpty else { return }
    try await store.write { try $0.save(limiters) }
    queue.noteSaved(limiters)
  }

  /// When no call is under way any more and none will be made.
  func saveLastLimiters() async {
    let limiters = queue.lastRecords(at: clock())
    guard !limiters.isEmpty else { return }
    do {
      try await store.write { try $0.save(limiters) }
    } catch {
      log.warning(
        "what is left of the quotas cannot be stored: the next start takes less to be left",
        metadata: ["error": "\(error)"])
    }
  }

  /// Counts one more call beside those that the queue has counted. False: it must not be made.
  func spend(onRetryAt endpoint: PollQueue.Endpoint) async -> Bool {
    queue[limiter: endpoint].spend(at: clock().uptime)
    do {
      try await saveLimiters()
      return true
    } catch {
      queue[limiter: endpoint].withdraw()
      return false
    }
  }
}
