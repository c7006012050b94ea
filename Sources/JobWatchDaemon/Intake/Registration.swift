import JobWatchConfiguration
import JobWatchCore
import JobWatchSpool
import JobWatchStore

/// Stores submissions as jobs, inside a transaction.
struct Registration: Sendable {
  let rules: SpoolRules
  let routes: RouteTable
  private let configuration: Configuration
  private let accounts: [String: Account]

  init(_ configuration: Configuration) {
    self.configuration = configuration
    rules = SpoolRules(configuration)
    routes = configuration.routeTable
    accounts = Dictionary(uniqueKeysWithValues: configuration.accounts.map { ($0.name, $0) })
  }

  /// Inserts a job that is not known. A known one gets the labels and channels beside its own, and the task and expectation
  /// instead of its own; its watch begins again if it ended without an end that the cloud told.
  func register(_ submission: SpoolSubmission, at now: Timestamp, _ transaction: Transaction) throws {
    let key = rules.key(of: submission)
    guard let account = accounts[key.account] else { return }
    let job = Job(
      key: key, projectID: account.projectID ?? "", region: account.region,
      labels: submission.labels, channels: submission.channels,
      hint: Job.Hint(
        jobType: submission.jobType, beginTime: submission.beginTime,
        instanceID: submission.instanceID, taskID: submission.taskID,
        expectWithin: submission.expectWithin),
      submittedAt: min(submission.submittedAt ?? now, now), registeredAt: now)
    let policies = configuration.policies(for: key.service)
    let noticeAt = firstNotice(of: job, under: policies, at: now)
    if let stored = try transaction.jobs.insert(job, dueAt: now, noticeAt: noticeAt) {
      let event = EventDraft(.jobRegistered, of: stored, at: now, under: policies.retention)
      try transaction.append(event, of: stored.id, to: routes.channels(for: event))
    } else if let known = try transaction.jobs.find(key) {
      try join(job, to: known, policies, at: now, transaction)
    }
  }

  /// A job that was submitted late may be at risk already; its first poll, now, says more than a notice would.
  private func firstNotice(of job: Job, under policies: Policies, at now: Timestamp) -> Timestamp? {
    NoticeSchedule(of: job, under: policies).next(after: now).map { max($0, now + .seconds(10)) }
  }

  private func join(
    _ fresh: Job, to known: Job, _ policies: Policies, at now: Timestamp, _ transaction: Transaction
  ) throws {
    var joined = known
    joined.labels.merge(fresh.labels) { $1 }
    let added = fresh.channels.filter { !known.channels.contains($0) }
    joined.channels += added
    if fresh.hint.task != nil {
      (joined.hint.instanceID, joined.hint.taskID) = (fresh.hint.instanceID, fresh.hint.taskID)
    }
    if let expectation = fresh.hint.expectWithin { joined.hint.expectWithin = expectation }
    if known.state.reopensOnSubmit { return try reopen(joined, fresh, policies, at: now, transaction) }
    if joined != known {
      // It is to be asked for when it should have ended, before it is told to be late.
      let isExpectedAnew = joined.hint.expectWithin != known.hint.expectWithin
      try transaction.join(
        joined, noticeAt: firstNotice(of: joined, under: policies, at: now),
        dueBy: isExpectedAnew ? joined.expectedBy.map { max($0, now) } : nil)
    }
    if known.state.isConfirmedEnd {
      for channel in added { try transaction.enqueueEnd(of: known.id, to: channel, at: now) }
    }
  }

  private func reopen(
    _ joined: Job, _ fresh: Job, _ policies: Policies, at now: Timestamp, _ transaction: Transaction
  ) throws {
    let reopened = Resubmission(of: joined, as: fresh).job
    try transaction.jobs.reopen(reopened, dueAt: now, noticeAt: firstNotice(of: reopened, under: policies, at: now))
    try transaction.history.record(
      Transition(from: joined.state, to: .registered, rawStatus: nil, at: now), evidence: nil, of: joined.id)
    let event = EventDraft(.jobRegistered, of: reopened, at: now, previous: joined.state, under: policies.retention)
    try transaction.append(event, of: joined.id, to: routes.channels(for: event))
  }
}
