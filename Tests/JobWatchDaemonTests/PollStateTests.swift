import CloudAPI
import JobWatchConfiguration
import JobWatchCore
import Testing

@testable import JobWatchDaemon
@testable import JobWatchStore

@Suite struct `What the poller knows` {
  private static let ecs = EndpointKey(account: "prod", service: "ecs")
  private static let seen = Observation.seen(.running, JobReport(rawStatus: "RUNNING"))

  private static func moment(_ seconds: Int) -> Moment {
    Moment(wall: Timestamp(milliseconds: 1_795_000_000_000) + .seconds(seconds), uptime: .hours(1) + .seconds(seconds))
  }

  /// With jobs of `prod/ecs` that are all due now and then every hour, and others of `prod/dcs`.
  private func state(
    jobs: ClosedRange<Int64>, dueIn wait: Duration = .zero, others: [Int64] = [], quota: Quota? = nil
  ) throws -> PollState {
    var account = Account(name: "prod", region: "eu-de", projectID: "p", authentication: .token)
    account.token = .plain(Secret("a-token"))
    account.quota = quota
    let login = AccountLogin(
      account, transport: { _, _, _ async throws(HTTPFailure) in throw HTTPFailure(.refused, "no network") },
      environment: [:])
    var state = try PollState(Configuration(accounts: [account]), [login])
    let now = Self.moment(0)
    state.add(
      (jobs + others).map { id in
        let service = others.contains(id) ? "dcs" : "ecs"
        return ScheduledJob(
          id: id, endpoint: EndpointKey(account: "prod", service: service),
          type: DurationKey(service: service, jobType: "", region: "eu-de"), jitterSeed: 0,
          state: .running, span: WatchedSpan(), isWatched: false, knownAt: now.wall, dueAt: now.wall + wait)
      }, at: now)
    return state
  }

  private func target(_ job: Int64, project: String = "p", region: String = "eu-de") -> JobTable.PollTarget {
    JobTable.PollTarget(id: job, jobID: "job\(job)", projectID: project, region: region, task: nil)
  }

  private func answer(
    _ call: PollCall, _ observation: Observation, _ state: inout PollState, at second: Int
  ) throws -> [ConditionChange] {
    #expect(state.fits(call, target(call.job)))
    let answer = state.attribute(Answer(observation), of: call, at: Self.moment(second).uptime)
    let effects = state.record(answer, of: call, at: Self.moment(second))
    state.queue.putBack(call.poll, until: Self.moment(second).uptime + .hours(1))
    return effects.changes
  }

  @Test func `proves a credential with one call before it makes others`() throws {
    var state = try state(jobs: 1...5)
    let first = state.take(at: Self.moment(0).uptime)
    #expect(first.count == 1)
    #expect(state.take(at: Self.moment(0).uptime).isEmpty)
    _ = try answer(first[0], Self.seen, &state, at: 1)
    #expect(state.take(at: Self.moment(1).uptime).count == 4)
  }

  @Test(
    "does not ask without end for jobs whose answers say nothing of the credential, though none is due",
    arguments: [1, 2, 4], [Observation.garbled("odd"), .unreachable("503"), .throttled(Throttle(code: "T"))])
  func oddJobs(_ count: Int64, _ answer: Observation) throws {
    var state = try state(jobs: 1...count, dueIn: .hours(1))
    state.queue.hasten(
      try #require(state.queue.endpoint(Self.ecs)), otherThan: ProbeChoice(), at: Self.moment(0).uptime)
    var calls = 0
    for second in 0...600 {
      // Each answer comes at once, and each call is tried at once.
      while let call = state.take(at: Self.moment(second).uptime).first {
        calls += 1
        _ = try self.answer(call, answer, &state, at: second)
        if calls > 60 { break }
      }
    }
    #expect((1...20).contains(calls), "\(calls) calls in ten minutes")
  }

  @Test func `signs by the time that another endpoint of the account has told`() throws {
    var state = try state(jobs: 1...5)
    let now = Self.moment(0)
    let taken = state.take(at: now.uptime)[0]
    var told = state
    let evidence = Evidence(httpStatus: 503, serverDate: now.wall + .hours(2), body: [])
    _ = told.record(Answer(.unreachable("down"), evidence: evidence), of: taken, at: now)
    #expect(told.endpoints.allSatisfy { $0.state.clockOffset.value >= .hours(2) })
    func signingTimes() -> [String: Duration] {
      Dictionary(uniqueKeysWithValues: state.endpoints.map { ($0.key.service, $0.state.clockOffset.value) })
    }
    state.correctClock(of: taken, now.wall + .hours(2), at: now.wall)
    let offset = try #require(signingTimes()["ecs"])
    #expect(Set(signingTimes().values) == [offset] && offset >= .hours(2) && state.clockOffset(of: "prod") == offset)
    // A reload goes on with it.
    var reloaded = try self.state(jobs: 1...5)
    reloaded.resume([], state.accounts, at: now)
    #expect(reloaded.endpoints.allSatisfy { $0.state.clockOffset.value == offset })
    // Those that have answered keep their own.
    state.correctClock(of: taken, now.wall + .hours(3), at: now.wall)
    #expect(signingTimes().filter { $0.value == offset }.count == signingTimes().count - 1)
  }

  /// `isRevoked`: from the 60th second on no service takes it.
  @Test("blames one service that refuses a credential which others take, and no more", arguments: [true, false])
  func oneService(_ isRevoked: Bool) throws {
    var state = try state(jobs: 1...3, others: [11, 12, 13])
    let refusal = Observation.refused(APIError(code: "APIGW.0301", message: "Incorrect IAM authentication information"))
    var changes: [(second: Int, kind: Condition.Kind, isEnd: Bool)] = []
    var calls: [String: [Int]] = [:]
    for second in 0..<600 {
      for call in state.take(at: Self.moment(second).uptime) {
        let service = call.poll.endpoint == state.queue.endpoint(Self.ecs) ? "ecs" : "dcs"
        calls[service, default: []].append(second)
        let isRefused = service == "ecs" || isRevoked && second >= 60
        // Jobs are asked for every 20 s.
        let answer = state.attribute(Answer(isRefused ? refusal : Self.seen), of: call, at: Self.moment(second).uptime)
        changes += state.record(answer, of: call, at: Self.moment(second)).changes.map {
          (second, $0.condition.kind, $0.isEnd)
        }
        state.queue.putBack(call.poll, until: Self.moment(second + 20).uptime)
      }
      changes += state.tell(at: Self.moment(second)).map { (second, $0.condition.kind, $0.isEnd) }
    }
    let told = changes.map { "\($0.kind) \($0.isEnd)" }
    #expect(told.contains("forbidden false"), "\(told)")
    #expect(told.filter { $0 == "refused true" }.count <= 1, "\(told)")
    #expect(calls["ecs", default: []].count < 25, "\(calls)")
    if isRevoked {
      #expect(calls["dcs", default: []].filter { $0 > 90 }.count < 10, "\(calls)")
    } else {
      #expect(calls["dcs", default: []].count > 60, "\(calls)")
    }
  }

  @Test("asks another service next where one refuses a credential, though none of its jobs is due")
  func witness() throws {
    var state = try state(jobs: 1...3, others: [11])
    let refusal = Observation.refused(APIError(code: "APIGW.0301", message: "Incorrect IAM authentication information"))
    var calls: [(second: Int, job: Int64)] = []
    for second in 0...60 {
      for call in state.take(at: Self.moment(second).uptime) {
        calls.append((second, call.job))
        _ = try answer(call, second < 10 || call.job == 11 ? Self.seen : refusal, &state, at: second)
      }
      if second == 10 {
        state.queue.hasten(
          try #require(state.queue.endpoint(Self.ecs)), otherThan: ProbeChoice(), at: Self.moment(10).uptime)
      }
    }
    #expect(calls.first { $0.second > 11 }?.job == 11, "\(calls)")
  }

  /// Most of the service's jobs are another account's, and never say anything of the service.
  @Test func `leaves a service alone that refuses a credential for one job after another`() throws {
    // More than the quota lets through at once.
    var state = try state(jobs: 1...30, others: [101], quota: Quota(calls: 10, per: .seconds(10)))
    let refusal = Observation.refused(APIError(code: "APIGW.0301", message: "Incorrect IAM authentication information"))
    let notAllowed = Observation.forbidden(APIError(code: "DCS.2003", message: "not allowed"))
    var refused: [Int] = []
    for second in 0..<120 {
      for call in state.take(at: Self.moment(second).uptime) {
        let isRefused = second >= 60 && call.poll.endpoint == state.queue.endpoint(Self.ecs)
        if isRefused { refused.append(second) }
        let usual = (2...28).contains(call.job) ? notAllowed : Self.seen
        let evidence = Evidence(httpStatus: isRefused ? 401 : 400, body: [])
        let answer = state.attribute(
          Answer(isRefused ? refusal : usual, evidence: evidence), of: call, at: Self.moment(second).uptime)
        _ = state.record(answer, of: call, at: Self.moment(second))
        state.queue[limiter: call.poll.endpoint].finish(at: Self.moment(second).uptime)
        state.queue.putBack(call.poll, until: Self.moment(second + 20).uptime)
      }
    }
    #expect((2...6).contains(refused.count), "\(refused)")
  }

  @Test func `makes no call for a paused account, nor tells of its outages`() throws {
    var state = try state(jobs: 1...5)
    let pause = Condition(
      .account("prod"), .pausedByHand, since: Self.moment(0).wall, cause: "paused by hand")
    state.takePauses([pause])
    #expect(state.take(at: Self.moment(0).uptime).isEmpty)
    #expect(state.nextWork(at: Self.moment(0)) == nil)
    state.takePauses([])
    #expect(state.take(at: Self.moment(0).uptime).count == 1)
  }

  @Test func `tells an outage from before a pause once a call after it has failed`() throws {
    var state = try state(jobs: 1...4)
    let pause = Condition(.account("prod"), .pausedByHand, since: Self.moment(0).wall, cause: "paused by hand")
    for second in 0...30 {
      for call in state.take(at: Self.moment(second).uptime) {
        _ = try answer(call, .unreachable("no route"), &state, at: second)
      }
    }
    #expect(state.endpoints.contains { $0.state.tellAt() != nil })
    state.takePauses([pause])
    state.takePauses([])
    #expect(state.tell(at: Self.moment(7200)).isEmpty)
    for call in state.take(at: Self.moment(7200).uptime) {
      _ = try answer(call, .unreachable("no route"), &state, at: 7200)
    }
    #expect(state.tell(at: Self.moment(7200)).map(\.condition.kind) == [.unreachable])
  }

  @Test func `parks a job of another project or region, and says so once`() throws {
    var state = try state(jobs: 1...4)
    let first = state.take(at: Self.moment(0).uptime)
    _ = try answer(first[0], Self.seen, &state, at: 0)
    let calls = state.take(at: Self.moment(0).uptime)
    let places = [("other", "eu-de"), ("p", "eu-nl"), ("", "eu-de")]
    let isParked = zip(calls, places).map { call, place in
      !state.fits(call, target(call.job, project: place.0, region: place.1))
    }
    #expect(isParked == [true, true, false])
    let isFirst = calls.prefix(2).map { state.park($0, at: Self.moment(0).uptime) }
    #expect(isFirst == [true, false])
    #expect(state.queue.count == 1)
  }

  @Test func `gives back what was taken where no call can be made`() throws {
    var state = try state(jobs: 1...3)
    let now = Self.moment(0).uptime
    state.withdraw(state.take(at: now), at: now)
    #expect(state.queue.count == 3)
    // The credential is still to be proven, with one call, and another job is due.
    #expect(state.take(at: now).count == 1)
  }

  @Test(
    "finds a dead endpoint out with other jobs than the one that fails, though none is due",
    arguments: [true, false])
  func otherJobs(_ isOfEndpoint: Bool) throws {
    var state = try state(jobs: 1...4, dueIn: .hours(1))
    let failure: Observation = isOfEndpoint ? .unreachable("no route") : .garbled("a page")
    var begun: [Int] = []
    // The first is asked out of its turn, and fails again and again.
    state.queue.hasten(
      try #require(state.queue.endpoint(Self.ecs)), otherThan: ProbeChoice(), at: Self.moment(0).uptime)
    for second in 0...20 {
      for taken in state.take(at: Self.moment(second).uptime) {
        let changes = try answer(taken, failure, &state, at: second)
        if !changes.isEmpty { begun.append(second) }
        if second < 2 {
          state.queue.hasten(taken.poll.endpoint, otherThan: ProbeChoice(), at: Self.moment(second).uptime)
        }
      }
    }
    #expect(begun.count == 1, "\(begun)")
    #expect(state.tell(at: Self.moment(90)).map(\.condition.kind) == [.unreachable])
  }

  @Test func `slows down every endpoint of a host whose quota is shared by the host`() throws {
    for (perHost, isSlow) in [(true, true), (false, false)] {
      var state = try state(jobs: 1...2)
      let taken = state.take(at: Self.moment(0).uptime)[0]
      let throttle = Throttle(limit: 10, window: .minutes(1), perHost: perHost, code: "APIGW.0308")
      _ = try answer(taken, .throttled(throttle), &state, at: 0)
      let url = state.endpoints.first { $0.key == Self.ecs }?.url
      let others = state.endpoints.filter { $0.url == url && $0.key != Self.ecs }
      for endpoint in others {
        let ready = state.queue[limiter: endpoint.place].readyAt(Self.moment(1).uptime)
        #expect(((ready ?? .zero) > Self.moment(1).uptime) == isSlow, "\(endpoint.key)")
      }
    }
  }

  @Test func `lends a call that can be spared, and none while a poll is due`() throws {
    var state = try state(jobs: 1...1)
    let request = TaskProgressRequest(job: 1, task: try #require(TaskName("i", "t")), endpoint: Self.ecs, jobID: "job1")
    let now = Self.moment(0)
    #expect(state.lend(request, at: now) == nil)
    let taken = state.take(at: now.uptime)[0]
    state.queue[limiter: taken.poll.endpoint].finish(at: now.uptime)
    _ = try answer(taken, Self.seen, &state, at: 0)
    _ = state.queue.dueRecords(at: now)
    state.queue.noteSaved(state.queue.dueRecords(at: now))
    let query = state.lend(request, at: now)
    #expect(query?.jobID == "job1" && query?.projectID == "p")
    // The cloud may count it after the poller's last record, which is made while it is under way.
    var stopped = state
    #expect(stopped.queue.lastRecords(at: now).map(\.underWay) == [1])
    state.returned(request, at: now.uptime)
    #expect(state.queue.lastRecords(at: now).map(\.underWay) == [0])
  }
}
