import CloudAPI
import JobWatchCore
import JobWatchStore

/// The progress of a job's background task: one call after each poll that saw the job, if the submitter named the
/// task. It is for people. Whatever becomes of it changes neither the job nor the health of anything, and it only
/// takes what the budget has left: polls that are due come first.
extension Poller {
  func askProgress(after call: Call, _ answer: Answer) async {
    let now = clock()
    guard let task = call.question.task, answer.observation.isSighting,
      mayAskProgress(of: call.job, in: call.lane, at: now.uptime), let query = query(for: call),
      let client = clients[call.lane.account]
    else { return }
    lanes[call.lane]?.progressCalls.insert(call.job)
    queue[limiter: call.ticket.endpoint].spend(at: now.uptime)
    lanes[call.lane]?.progressBudget.spend(at: now.uptime)
    let progress = await client.progress(of: task, query)
    let end = clock()
    queue[limiter: call.ticket.endpoint].finish(at: end.uptime)
    lanes[call.lane]?.progressBudget.finish(at: end.uptime)
    // Polls may have waited for this share of the budget.
    wake(for: call.lane, at: end)
    if !(isFinishing && Task.isCancelled) { await keep(progress, of: call, at: end) }
    lanes[call.lane]?.progressCalls.remove(call.job)
  }

  private func mayAskProgress(of job: Int64, in key: EndpointKey, at uptime: Duration) -> Bool {
    !isFinishing && storeRetryAt == nil && !held.contains(key.account)
      && lanes[key]?.hasRoomForProgress(of: job, &queue, at: uptime) == true
  }

  private func keep(_ answer: TaskProgressAnswer, of call: Call, at now: Moment) async {
    if case .throttled(let throttle) = answer {
      lanes[call.lane]?.progressBudget.throttled(throttle, at: now.uptime)
    }
    do {
      try await store.write { transaction in
        var report = try transaction.progress(of: call.job) ?? ProgressReport()
        switch answer {
        case .told(let progress): report.take(progress, at: now.wall)
        case .throttled(let throttle):
          report.fail("\(throttle.code): the quota is used up", at: now.wall)
        case .failed(let cause): report.fail(cause, at: now.wall)
        }
        try transaction.setProgress(report, of: call.job)
      }
    } catch {
      log.warning("a task's progress cannot be stored", metadata: ["error": "\(error)"])
    }
  }
}

extension Lane {
  /// Of one lane at once: a black hole may hold no more of the budget than these for as long as a call can take.
  private static let progressConcurrency = 4

  /// Whether a call can be spared, with another one left for whatever falls due meanwhile.
  fileprivate func hasRoomForProgress(
    of job: Int64, _ queue: inout PollQueue, at uptime: Duration
  ) -> Bool {
    progressCalls.count < Self.progressConcurrency && !progressCalls.contains(job)
      && queue.hasSpareCall(place, at: uptime)
      && progressBudget.readyAt(uptime).map { $0 <= uptime } ?? false
  }
}

extension Observation {
  var isSighting: Bool {
    switch self {
    case .seen, .unrecognised: true
    default: false
    }
  }

  var isThrottled: Bool { if case .throttled = self { true } else { false } }
}
