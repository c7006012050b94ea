import CloudAPI
import JobWatchCore
import JobWatchStore

/// From a job that is due to the cloud's answer.
extension Poller {
  /// A job that is asked for: where its row stands, and through which gates the call passes.
  struct Call: Sendable {
    /// As it was in the schedule: it keeps its place there if the answer says nothing of it.
    var ticket: ScheduledPoll
    var lane: EndpointKey
    /// What it is made with, whatever the account has by the time of the answer.
    var grant: AccountAccess.ActiveCredential
    var passes: Lane.Permits
    var question: Transaction.Question

    var job: Int64 { ticket.job }
  }

  func startCalls(at now: Moment) async throws {
    var taken: [(ScheduledPoll, EndpointKey, AccountAccess.ActiveCredential, Lane.Permits)] = []
    noteProjects(at: now.uptime)
    for key in dueLanes(at: now.uptime) {
      guard let grant = credentials.grant(of: key.account, at: now.uptime) else { continue }
      while let (poll, passes) = take(from: key, grant, at: now.uptime) {
        taken.append((poll, key, grant, passes))
      }
    }
    guard !taken.isEmpty else { return }
    let ids = taken.map(\.0.job)
    let questions: [Int64: Transaction.Question]
    do {
      try await saveLimiters()
      let rows = try await store.read { try $0.questions(ids) }
      questions = Dictionary(uniqueKeysWithValues: rows.map { ($0.id, $0) })
    } catch {
      for (poll, lane, grant, passes) in taken {
        giveBack(passes, lane, grant, at: now.uptime)
        queue.withdraw(poll, until: now.uptime + .seconds(1))
        wake(for: lane, at: now)
      }
      throw error
    }
    for (poll, lane, grant, passes) in taken {
      guard let question = questions[poll.job], belongs(question, lane, grant) else {
        giveBack(passes, lane, grant, at: now.uptime)
        queue.park(poll)
        continue
      }
      start(
        Call(
          ticket: poll, lane: lane, grant: grant, passes: passes,
          question: question))
    }
  }

  private func take(
    from key: EndpointKey, _ grant: AccountAccess.ActiveCredential, at uptime: Duration
  )
    -> (ScheduledPoll, Lane.Permits)?
  {
    credentials.withGate(grant.fingerprint) { lanes[key]?.take(&$0, &queue, at: uptime) } ?? nil
  }

  /// A job is bound to the project and region that it was registered with, or to the account's project as it was
  /// found when the job is asked for first.
  private func belongs(
    _ question: Transaction.Question, _ key: EndpointKey, _ grant: AccountAccess.ActiveCredential
  ) -> Bool {
    guard let lane = lanes[key] else { return false }
    let isOfProject = question.projectID.isEmpty || question.projectID == grant.projectID
    if isOfProject && question.region == lane.region { return true }
    if queue.hasNoneParked(lane.place) {
      log.warning(
        "jobs are parked: their account now names another project or region",
        metadata: ["lane": "\(key)", "first": "\(question.jobID)"])
    }
    return false
  }

  private func start(_ call: Call) {
    run {
      let answer = await self.ask(call)
      guard await !self.isAbandoned else { return }
      await self.settle(call, answer)
      await self.askProgress(after: call, answer)
    }
  }

  /// A signature refused for its date is made once more with the clock that the cloud told.
  private func ask(_ call: Call) async -> Answer {
    var answer = await askOnce(call)
    if case .skewed(let serverTime?, _) = answer.observation {
      lanes[call.lane]?.clockOffset.replace(serverTime, at: clock().wall)
      if await spend(onRetryAt: call.ticket.endpoint) { answer = await askOnce(call) }
    }
    return answer
  }

  private func askOnce(_ call: Call) async -> Answer {
    guard let query = query(for: call), let client = clients[call.lane.account] else {
      return Answer(.unreachable("the account is not configured"))
    }
    let answer = await client.ask(query)
    queue[limiter: call.ticket.endpoint].finish(at: clock().uptime)
    return answer
  }

  func query(for call: Call) -> JobQuery? {
    guard let lane = lanes[call.lane] else { return nil }
    return JobQuery(
      service: lane.service, endpoint: lane.endpoint, projectID: call.grant.projectID,
      jobID: call.question.jobID, credential: call.grant.credential,
      signingTime: clock().wall + lane.clockOffset.value)
  }
}
