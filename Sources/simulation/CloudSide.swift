import CloudAPI
import CloudModel
import JobWatchCore

/// A job as the cloud runs it, which is the truth.
struct TrueJob {
  var account: String
  var service: CloudService
  var id: String
  var submitted: Timestamp
  /// Nil: it never ends.
  var end: (at: Timestamp, state: JobState)?
  var errorCode: String?
  /// When the first record is shown, and when the last one is.
  var visibleFrom: Timestamp
  var goneAt: Timestamp?

  var host: String { Setup.host(of: service.name, in: account) }
  var key: JobKey { JobKey(account: account, service: service.name, jobID: id) }
}

/// The clouds of all accounts: their jobs, their answers and their troubles.
final class CloudSide: Host {
  enum Trouble: String, CaseIterable {
    case refused, reset, silent, slow, unavailable, page, garbage, throttled, unauthorized, forbidden, absence, busy,
      wrongProject, skew
  }

  /// What became of the questions for one job.
  struct Polls {
    var first: Duration
    var last: Duration
    var count = 0
    /// When the first answer that showed its record left.
    var firstShown: Duration?
    /// When the last one left.
    var lastShown: Duration?
    /// When the answer that showed its end left.
    var endShown: Duration?
  }

  struct Call {
    var at: Duration
    /// Which start of the daemon made it, from 1.
    var start: Int
    var account: String
    var service: String
    /// The id of the configured key that signed it; nil for a token, and for a key that was fetched.
    var key: Substring?
    var status: Int?
    /// The credential is not accepted; a signature of another time is something else.
    var isRefused: Bool
    /// Its signature is of another time.
    var isSkewed: Bool
    /// The service has shown a job: its signature was good.
    var isSeen: Bool
    /// The quota turned it away, and no trouble.
    var isOverQuota: Bool
  }

  private let time: VirtualTime
  private let setup: Setup
  private var draw: Draw
  private(set) var state: CloudState
  private(set) var jobs: [String: TrueJob] = [:]
  private(set) var polls: [String: Polls] = [:]
  /// The last record of each job that was shown.
  private var records: [String: [UInt8]] = [:]
  /// By host.
  private var troubles: [String: (trouble: Trouble, until: Duration)] = [:]
  /// Answers of the services by kind, and calls that met a trouble: what the run has reached.
  private(set) var answers: [String: Int] = [:]
  private(set) var troublesMet: [Trouble: Int] = [:]
  private(set) var wrongAnswers = 0
  private(set) var calls: [Call] = []
  /// Jobs for which the service answers every question with an error.
  private var odd: Set<String> = []
  var tell: (String) -> Void = { _ in }
  /// Called when a job is asked for, before its answer arrives.
  var onCall: (JobKey) -> Void = { _ in }
  /// The number of the daemon's last start.
  var currentStart: () -> Int = { 0 }
  private let accounts: [String: Setup.Account]
  /// Whose a configured key or token is.
  private var owners: [String: String] = [:]
  /// Calls with the project or the credential of another account.
  private(set) var misdirected: [String] = []
  /// The chance, 0 to 1, that a single answer is wrong though no trouble is set.
  var wrongAnswerChance = 0.0
  /// The chance, 0 to 1, that a new job is an odd one.
  var oddJobChance = 0.0

  init(seed: UInt64, _ setup: Setup, _ time: VirtualTime) {
    (self.time, self.setup) = (time, setup)
    var draw = Draw(seed: seed, for: "cloud")
    var options = CloudState.Options(
      projectIDs: Set(setup.accounts.map(\.projectID)),
      credentials: AcceptedCredentials(accessKeys: setup.keys, tokens: setup.tokens))
    options.identity = setup.identity
    options.retention = Dictionary(
      uniqueKeysWithValues: CloudService.all.map { ($0, $0 == .ecs ? setup.retention ?? $0.retention : $0.retention) })
    var accounts: [String: Setup.Account] = [:]
    for account in setup.accounts {
      for service in account.services {
        accounts[account.host(of: service.name)] = account
        options.quotas[service] = account.quota ?? Quota(calls: draw.number(20...600), per: .seconds(60))
      }
      for helper in account.helpers { accounts[account.host(of: helper)] = account }
    }
    (self.accounts, self.draw) = (accounts, draw)
    for (name, secret) in setup.secrets where name.hasSuffix(".ak") || name.hasSuffix(".token") {
      owners[secret] = String(name.prefix { $0 != "." })
    }
    state = CloudState(options)
  }

  var hosts: [String] { accounts.keys.sorted() }

  func quota(of service: String) -> Quota? { CloudService.named(service).flatMap { state.options.quotas[$0] } }

  /// Whether the service answers for this job with an error, whatever becomes of it.
  func isOdd(_ job: String) -> Bool { odd.contains(job) }

  /// The code in the last record of a job that has failed; not all services have one.
  func errorCodeShown(of id: String) -> String? {
    jobs[id]?.errorCode.flatMap { records[id]?.contains(Array($0.utf8)) == true ? $0 : nil }
  }

  // MARK: Jobs

  /// A new job of a drawn kind, begun now.
  ///
  /// - Parameter other: a job whose account and service the new one gets; the new one then runs for 2 h at least.
  func begin(_ draw: inout Draw, beside other: TrueJob? = nil) -> TrueJob {
    // Of ECS most is promised.
    var account = draw.chance(0.3) ? setup.accounts[0] : draw.pick(setup.accounts)
    var service = draw.chance(0.5) && account.services.contains(.ecs) ? .ecs : draw.pick(account.services)
    if let other { (account, service) = (setup.accounts.first { $0.name == other.account } ?? account, other.service) }
    let id = draw.chance(0.5) ? draw.digits(32) : Self.uuid(&draw)
    let type = "\(service.name)_kind\(draw.number(0...3))"
    let usual = draw.chance(0.03) ? draw.spread(.hours(6) ... .hours(30)) : draw.spread(.seconds(3) ... .hours(3))
    let length = other == nil ? usual : max(usual, .hours(2))
    let isGood = draw.chance(0.82)
    var steps: [ScriptedStep] = []
    var begin = Duration.zero
    if draw.chance(0.3) {
      steps.append(ScriptedStep(after: .zero, status: "INIT"))
      begin = length.scaled(by: 0.1)
    }
    if service == .ecs, draw.chance(0.1) {
      steps.append(ScriptedStep(after: begin, status: "PENDING_PAYMENT"))
      // An order that is paid is paid before its record is deleted.
      let limit = state.options.retention[service]?.unpaid?.scaled(by: 0.8) ?? .hours(20)
      begin += draw.spread(.minutes(5)...min(limit, .hours(20)))
    }
    steps.append(ScriptedStep(after: begin, status: "RUNNING"))
    let end = begin + length
    // An order that nobody pays.
    let isUnpaid = steps.contains { $0.status == "PENDING_PAYMENT" } && draw.chance(0.4)
    if !isUnpaid, draw.chance(0.01) {
      steps.append(ScriptedStep(after: begin + length.scaled(by: 0.3), status: Self.strangeWord))
    }
    if isUnpaid {
      steps.removeAll { $0.status == "RUNNING" }
    } else {
      steps.append(ScriptedStep(after: end, status: isGood ? "SUCCESS" : "FAIL"))
    }
    var job = ScriptedJob(service: service, jobID: id, jobType: type, steps: steps)
    if !isGood { (job.errorCode, job.failReason) = ("Ecs.\(draw.number(1000...1099))", "no \"capacity\" in <zone> ä") }
    job.entities = ["server_id": draw.digits(32)]
    if draw.chance(0.1) { job.visibleAfter = draw.spread(.milliseconds(500) ... .seconds(20)) }
    if service == .ecs, draw.chance(0.2) {
      job.subJobs = (0..<draw.number(1...4)).map { index in
        ScriptedJob(
          service: service, jobID: id.prefix(20) + "-s\(index)", jobType: "createSingleServer",
          steps: isGood ? .succeeding(after: end) : .failing(after: end), errorCode: isGood ? nil : "Ecs.0005")
      }
    }
    if draw.chance(0.01) { job.vanishesAfter = draw.duration(.minutes(1) ... .hours(5)) }
    let submitted = time.truth
    state.submit(job, at: submitted)
    let retention = state.options.retention[service]
    let kept = isUnpaid ? retention?.unpaid : retention?.finished.map { end + $0 }
    var truth = TrueJob(
      account: account.name, service: service, id: id, submitted: submitted,
      end: isUnpaid ? nil : (submitted + end, isGood ? .succeeded : .failed), errorCode: job.errorCode,
      visibleFrom: submitted + job.visibleAfter)
    let gone = [kept, job.vanishesAfter].compactMap(\.self).min()
    truth.goneAt = gone.map { submitted + $0 }
    // A job whose record is gone before its end has no end that anybody could see.
    if let gone, gone <= end { truth.end = nil }
    if draw.chance(oddJobChance) {
      odd.insert(id)
      let status = draw.pick([400, 404, 500, 503])
      state.answers[id] = draw.pick([
        ErrorReply.forbidden(service), ErrorReply.service(service, status, "Odd.0042", "This job is odd."),
        Reply(status: 404, body: Array("<html>Not found</html>".utf8)),
      ])
    }
    jobs[id] = truth
    return truth
  }

  /// The jobs of a host that were seen before a span and go on behind it.
  func openJobs(of host: some StringProtocol, from: Duration, to: Duration) -> [TrueJob] {
    jobs.values.filter { job in
      job.host == host && !odd.contains(job.id) && (polls[job.id]?.firstShown.map { $0 < from } ?? false)
        && (job.end.map { $0.at - VirtualTime.start > to } ?? true)
        && (job.goneAt.map { $0 - VirtualTime.start > to } ?? true)
    }
  }

  private static func uuid(_ draw: inout Draw) -> String {
    let digits = Array(draw.digits(32))
    let parts = [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(digits[$0]) }
    return parts.joined(separator: "-")
  }

  // MARK: Troubles

  func set(_ trouble: Trouble, at host: String, for duration: Duration) {
    troubles[host] = (trouble, time.now + duration)
  }

  func calm() { (troubles, wrongAnswerChance) = ([:], 0) }

  /// Every token that was handed out is worth nothing from now on.
  func revokeTokens() { state.authenticator.revokeTokens() }

  func accept(_ key: AccessKey, of account: String) {
    state.authenticator.credentials.accessKeys[key.access] = key
    owners[key.access] = account
  }

  func revoke(_ key: AccessKey) { state.authenticator.credentials.accessKeys[key.access] = nil }

  func accept(_ user: PasswordUser) {
    state.identity.options.users = [user]
    revokeTokens()
  }

  // MARK: Answers

  func answer(_ request: ReceivedRequest, to name: String) -> NetworkAnswer {
    if let (trouble, until) = troubles[name] {
      if until > time.now {
        if let answer = disturbed(trouble, request) { return note(answer, request, name) }
      } else {
        troubles[name] = nil
      }
    }
    if draw.chance(wrongAnswerChance) { return note(flawed(request), request, name) }
    return note(.reply(plain(request)), request, name)
  }

  private func plain(_ request: ReceivedRequest) -> Reply { state.answer(request, at: time.truth).reply }

  private func service(of name: String) -> CloudService? { CloudService.named(String(name.prefix { $0 != "." })) }

  private func disturbed(_ trouble: Trouble, _ request: ReceivedRequest) -> NetworkAnswer? {
    troublesMet[trouble, default: 0] += 1
    let name = request.header("host") ?? ""
    switch trouble {
    case .refused: return .failure(HTTPFailure(.refused, "connection refused"))
    case .reset: return .failure(HTTPFailure(.reset, "the connection was reset"))
    case .silent: return .silence
    case .slow:
      var reply = plain(request)
      reply.delivery = .late(draw.spread(.seconds(1) ... .seconds(40)))
      return .reply(reply)
    case .page:
      guard case .instead(let reply) = Fault.page(status: draw.pick([200, 502, 503])) else { return nil }
      return .reply(reply)
    case .garbage:
      guard case .instead(let reply) = Fault.garbage else { return nil }
      return .reply(reply)
    case .throttled: return .reply(.status(429, retryAfter: draw.chance(0.5) ? draw.number(1...120) : nil))
    case .busy: return service(of: name).map { .reply(ErrorReply.service($0, 400, "Common.0021", "Try again later.")) }
    case .wrongProject: return service(of: name).map { .reply(ErrorReply.wrongProject($0)) }
    case .skew:
      guard service(of: name) != nil else { return nil }
      // The cloud's clock, by which signatures expire, is ahead.
      state.options.clockSkew = .minutes(20)
      defer { state.options.clockSkew = .zero }
      return .reply(plain(request))
    case .unauthorized: return .reply(ErrorReply.refused(request, "decrypt token fail"))
    case .unavailable, .forbidden, .absence:
      guard let service = service(of: name) else { return .reply(.status(503)) }
      let fault: Fault =
        switch trouble {
        case .unavailable: .unavailable
        case .forbidden: .forbidden
        default: .absence
        }
      let before = state.faults[service]
      state.faults[service] = ArmedFault(fault: fault)
      defer { state.faults[service] = before }
      return .reply(plain(request))
    }
  }

  /// One wrong answer among right ones.
  private func flawed(_ request: ReceivedRequest) -> NetworkAnswer {
    wrongAnswers += 1
    switch draw.number(0...5) {
    case 0: return .failure(HTTPFailure(.reset, "the connection was reset"))
    case 1: return .reply(.status(draw.pick([500, 502, 503, 504])))
    case 2:
      var reply = plain(request)
      reply.delivery = .truncated
      return .reply(reply)
    case 3:
      // The record of another job, as a cache in front of the gateway gives it.
      let host = request.header("host") ?? ""
      let others = records.filter { jobs[$0.key]?.host == host && askedJob(request) != $0.key }
      guard let other = others.keys.sorted().randomElement(using: &draw), let body = others[other] else {
        return .reply(plain(request))
      }
      return .reply(Reply(status: 200, body: body))
    case 4:
      guard case .instead(let reply) = Fault.garbage else { return .silence }
      return .reply(reply)
    default:
      var reply = plain(request)
      reply.delivery = .late(draw.spread(.seconds(1) ... .seconds(25)))
      return .reply(reply)
    }
  }

  private func note(_ answer: NetworkAnswer, _ request: ReceivedRequest, _ name: String) -> NetworkAnswer {
    let id = askedJob(request)
    let status: Int? = if case .reply(let reply) = answer { reply.visibleStatus } else { nil }
    let kind = kind(of: answer, id)
    if service(of: name) != nil { answers["\(kind)", default: 0] += 1 }
    if let account = accounts[name] {
      let isOverQuota = if case .reply(let reply) = answer { reply.code == "APIGW.0308" } else { false }
      let signer = request.header("authorization")?.firstMatch(of: /(?:Access|Credential)=([^,\/]+)/)?.output.1
      let owner = owners[signer.map(String.init) ?? request.header("x-auth-token") ?? ""]
      if service(of: name) != nil, owner ?? account.name != account.name || !request.path.contains(account.projectID) {
        misdirected.append("\(account.name) was asked for the project or by the credential of another account")
      }
      calls.append(
        Call(
          at: time.now, start: currentStart(), account: account.name, service: String(name.prefix { $0 != "." }),
          key: account.auth.hasPrefix("aksk") ? signer : nil, status: status,
          isRefused: status == 401 && ![.skewed, .misconfigured].contains(kind), isSkewed: kind == .skewed,
          isSeen: kind == .seen, isOverQuota: isOverQuota))
    }
    let target = request.path + (request.query.isEmpty ? "" : "?" + request.query)
    tell("\(request.method) \(name)\(target) is answered with \(status.map(String.init) ?? "nothing")")
    if let id { noteAsked(id, answer) }
    return answer
  }

  private func askedJob(_ request: ReceivedRequest) -> String? {
    (request.path + "?" + request.query).split { "/?=&".contains($0) }.last { jobs[String($0)] != nil }.map(String.init)
  }

  /// What the answer should be taken for.
  private func kind(of answer: NetworkAnswer, _ id: String?) -> Coverage.Answer {
    guard case .reply(let reply) = answer, reply.delivery != .reset, reply.delivery != .hang else {
      return .unreachable
    }
    if reply.delivery == .truncated || reply.status < 500 && reply.body.first == UInt8(ascii: "<") { return .garbled }
    switch (reply.status, reply.code) {
    case (429, _), (_, "Common.0024"?): return .throttled
    case (401, "APIGW.0301"?):
      return String(decoding: reply.body, as: UTF8.self).contains("signature expired") ? .skewed : .refused
    case (403, _): return .forbidden
    case (_, "Common.0018"?), (_, "DCS.1004"?): return .misconfigured
    case (400, "Common.0021"?), (_, "Odd.0042"?): return .busy
    case (400, _), (404, _): return .absent
    case (500..., _): return .unreachable
    case (200, nil):
      guard let id else { return reply.body.isEmpty ? .garbled : .absent }
      let text = String(decoding: reply.body, as: UTF8.self)
      return text.contains(id) ? text.contains(Self.strangeWord) ? .unrecognised : .seen : .garbled
    default: return .garbled
    }
  }

  /// A status that no vendor documents.
  private static let strangeWord = "HALF_DONE"

  private func noteAsked(_ id: String, _ answer: NetworkAnswer) {
    var asked = self.polls[id] ?? Polls(first: time.now, last: time.now)
    asked.count += 1
    asked.last = time.now
    if case .reply(let reply) = answer, reply.status == 200, reply.code == nil, reply.delivery == .whole,
      let job = jobs[id], String(decoding: reply.body, as: UTF8.self).contains(id)
    {
      if time.truth >= job.visibleFrom {
        asked.firstShown = asked.firstShown ?? time.now
        records[id] = reply.body
        asked.lastShown = time.now
      }
      if let end = job.end, time.truth >= end.at, asked.endShown == nil { asked.endShown = time.now }
    }
    self.polls[id] = asked
    if let job = jobs[id] { onCall(job.key) }
  }
}
