import CloudAPI
import JobWatchCore

/// The state of the simulated cloud, and its answers: a function of the request and the time.
///
/// A call passes the proxies in front of the gateway, then the gateway (signature, quota), then the service. A fault
/// replaces one of them.
struct CloudState: Sendable {
  private struct SubmittedJob {
    var script: ScriptedJob
    var submitted: Timestamp
  }

  var options: SimulatedCloud.Options
  var authenticator: Authenticator
  var identity: IdentityState
  private var jobs: [SimulatedService: [String: SubmittedJob]] = [:]
  var tasks: [TaskPath: BegunTask] = [:]
  /// Sent in place of the record, by job.
  var answers: [String: Reply] = [:]
  private var faults: [SimulatedService: ArmedFault] = [:]
  private var windows: [SimulatedService: QuotaWindow]
  private var date = HTTPDate()

  init(_ options: SimulatedCloud.Options) {
    self.options = options
    authenticator = Authenticator(options.credentials)
    identity = IdentityState(options.identity)
    windows = options.quotas.mapValues(QuotaWindow.init)
  }

  mutating func submit(_ job: ScriptedJob, at time: Timestamp) {
    jobs[job.service, default: [:]][job.jobID] = SubmittedJob(script: job, submitted: time)
  }

  mutating func set(_ fault: ArmedFault?, for service: SimulatedService) {
    faults[service] = fault
  }

  mutating func setQuota(_ quota: Quota?, for service: SimulatedService) {
    options.quotas[service] = quota
    windows[service] = quota.map(QuotaWindow.init)
  }

  /// `now` is without the skew.
  mutating func answer(
    _ request: ReceivedRequest, at now: Timestamp, requestID: String
  ) -> (reply: Reply, call: Call) {
    let path = JobPath(request) { jobs[$0]?[$1] != nil }
    let identityService = IdentityService(path: request.path)
    var reply: Reply
    if let identityService {
      reply = identity.answer(
        request, of: identityService, gateway: &authenticator, prefix: options.gatewayPrefix,
        at: now + options.clockSkew, requestID: requestID)
    } else if let path {
      let fault = ArmedFault.next(&faults[path.service])
      reply =
        fault.flatMap { front($0, path.service, requestID: requestID) }
        ?? gateway(request, path, at: now, requestID: requestID)
        ?? service(request, path, fault: fault, at: now)
      if case .delivery(let delivery) = fault { reply.delivery = delivery }
    } else {
      reply = ErrorReply.unpublished(prefix: options.gatewayPrefix, requestID: requestID)
    }
    reply.headers += [
      ("Date", date.text(at: now + options.clockSkew)), ("X-Request-Id", requestID),
    ]
    let call = Call(
      time: now, service: path?.service, identity: identityService, jobID: path?.jobID ?? "",
      status: reply.visibleStatus, code: reply.code, requestID: requestID)
    return (reply, call)
  }

  /// The answer of a proxy in front of the gateway; nil if the call goes on.
  private func front(
    _ fault: Fault, _ service: SimulatedService, requestID: String
  ) -> Reply? {
    switch fault {
    case .unavailable:
      ErrorReply.service(service, 503, "Common.0001", "The service is out of order.")
    case .unpublished: ErrorReply.unpublished(prefix: options.gatewayPrefix, requestID: requestID)
    case .page, .redirect, .garbage, .instead: fault.reply
    case .forbidden, .flowLimited, .absence, .otherJob, .delivery: nil
    }
  }

  /// The gateway's refusal; nil if the call goes on to the service.
  private mutating func gateway(
    _ request: ReceivedRequest, _ path: JobPath, at now: Timestamp, requestID: String
  ) -> Reply? {
    let cloudTime = now + options.clockSkew
    if let objection = authenticator.objection(to: request, at: cloudTime) {
      return ErrorReply.refused(
        prefix: options.gatewayPrefix, objection: objection, requestID: requestID)
    }
    guard let quota = options.quotas[path.service],
      windows[path.service]?.admit(at: now) == false
    else { return nil }
    return ErrorReply.throttled(
      prefix: options.gatewayPrefix, words: quota.words, requestID: requestID)
  }

  private func service(
    _ request: ReceivedRequest, _ path: JobPath, fault: Fault?, at now: Timestamp
  ) -> Reply {
    switch fault {
    case .forbidden: return ErrorReply.forbidden(path.service)
    case .flowLimited: return ErrorReply.flowLimited(path.service)
    case .absence: return ErrorReply.absent(path.service)
    default: break
    }
    let project = request.header("x-project-id") ?? path.projectID
    let scope = authenticator.project(of: request) ?? path.projectID
    guard options.projectIDs.contains(path.projectID), project == path.projectID,
      scope == path.projectID
    else {
      return ErrorReply.wrongProject(path.service)
    }
    if let task = path.task { return progress(of: task, at: now) }
    if let reply = answers[path.jobID] { return reply }
    guard var job = jobs[path.service]?[path.jobID] else { return ErrorReply.absent(path.service) }
    let elapsed = now - job.submitted
    let retention = options.retention[path.service] ?? RetentionPolicy()
    guard let phase = job.script.visiblePhase(at: elapsed, retention: retention) else {
      return ErrorReply.absent(path.service)
    }
    if case .otherJob = fault { job.script.jobID = "another-\(job.script.jobID.prefix(100))" }
    let body = JobBody(
      job: job.script, submitted: job.submitted + options.clockSkew, elapsed: elapsed)
    return .json(status: 200, body.json(phase))
  }
}
