import CloudAPI
import JobWatchCore
import JobWatchStore

/// The progress of a job's background task: one call after each poll that saw the job, if the submitter named the
/// task. It is for people. Whatever becomes of it changes neither the job nor the health of anything, and it only
/// takes what the budget has left: polls that are due come first.
extension Poller {
  func askProgress(after call: Call, _ answer: Answer) async {
    guard let task = call.question.task, answer.observation.isSighting,
      progressCalls.count < Self.progressConcurrency, progressCalls.insert(call.job).inserted
    else { return }
    defer { progressCalls.remove(call.job) }
    let now = clock()
    guard mayAskProgress(in: call.lane, at: now.uptime), let query = query(for: call),
      let client = clients[call.lane.account]
    else { return }
    lanes[call.lane]?.budget.spend(at: now.uptime)
    let answer = await client.progress(of: task, query)
    lanes[call.lane]?.budget.finish(at: clock().uptime)
    if isFinishing && Task.isCancelled { return }
    await keep(answer, of: call, at: clock())
  }

  /// Of all lanes together; a slow answer holds up no more than these.
  private static let progressConcurrency = 16

  private func mayAskProgress(in key: LaneKey, at uptime: Duration) -> Bool {
    guard !isFinishing, storeRetryAt == nil, !held.contains(key.account),
      let ready = lanes[key]?.budget.readyAt(uptime), ready <= uptime
    else { return false }
    return lanes[key]?.schedule.min.map { $0.uptime > uptime } ?? true
  }

  private func keep(_ answer: TaskProgressAnswer, of call: Call, at now: Moment) async {
    if case .throttled(let throttle) = answer { throttled(call.lane, throttle, at: now.uptime) }
    do {
      try await store.write { ledger in
        var report = try ledger.progress(of: call.job) ?? ProgressReport()
        switch answer {
        case .told(let progress): report.take(progress, at: now.wall)
        case .throttled(let throttle):
          report.fail("\(throttle.code): the quota is used up", at: now.wall)
        case .failed(let cause): report.fail(cause, at: now.wall)
        }
        try ledger.setProgress(report, of: call.job)
      }
    } catch {
      log.warning("a task's progress cannot be stored", metadata: ["error": "\(error)"])
    }
  }
}

extension Observation {
  fileprivate var isSighting: Bool {
    switch self {
    case .seen, .unrecognised: true
    default: false
    }
  }
}
