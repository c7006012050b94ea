import CloudAPI
import Foundation
import JobWatchCore

/// The state of the simulated cloud, and its answers: a function of the request and the time.
///
/// A call passes the proxies in front of the gateway, then the gateway (signature, quota), then the service. A fault
/// replaces one of them.
package struct CloudState: Sendable {
  package struct Options: Sendable {
    /// A URL that names another project is answered with `Common.0018` or `DCS.1004`.
    package var projectIDs: Set<String>
    package var credentials: AcceptedCredentials
    /// Who can get a token or a temporary key, which are then accepted like `credentials`.
    package var identity = SimulatedIdentity()
    /// How long the record of a job is kept; a service without an entry keeps it for good.
    package var retention = [
      CloudService.ecs: RetentionPolicy(finished: .days(1), unpaid: .days(14))
    ]
    /// A service without an entry is not throttled.
    package var quotas: [CloudService: Quota] = [:]
    /// How far the cloud's own clock is ahead of the one it is built with.
    package var clockSkew = Duration.zero
    /// How many calls its log keeps.
    package var callLimit = 200_000

    package init(projectIDs: Set<String>, credentials: AcceptedCredentials) {
      self.projectIDs = projectIDs
      self.credentials = credentials
    }
  }

  package var options: Options
  package var authenticator: Authenticator
  package var identity: IdentityState
  package var tasks: [TaskName: (script: ScriptedTask, begun: Timestamp)] = [:]
  /// Sent in place of the record, by job.
  package var answers: [String: Reply] = [:]
  package var faults: [CloudService: ArmedFault] = [:]
  private var jobs: [CloudService: [String: (script: ScriptedJob, submitted: Timestamp)]] = [:]
  private var windows: [CloudService: QuotaWindow]

  package init(_ options: Options) {
    self.options = options
    authenticator = Authenticator(options.credentials)
    identity = IdentityState(options.identity)
    windows = options.quotas.mapValues(QuotaWindow.init)
  }

  package mutating func submit(_ job: ScriptedJob, at time: Timestamp) {
    jobs[job.service, default: [:]][job.jobID] = (job, time)
  }

  package mutating func setQuota(_ quota: Quota?, for service: CloudService) {
    options.quotas[service] = quota
    windows[service] = quota.map(QuotaWindow.init)
  }

  /// `now` is without the skew.
  package mutating func answer(_ request: ReceivedRequest, at now: Timestamp) -> (reply: Reply, call: Call) {
    let cloudTime = now + options.clockSkew
    let path = JobPath(request) { jobs[$0]?[$1] != nil }
    let identityService = IdentityClient.Service(path: request.path)
    var reply: Reply
    if let identityService {
      reply = identity.answer(request, of: identityService, gateway: &authenticator, at: cloudTime)
    } else if let path {
      let fault = ArmedFault.next(&faults[path.service])
      reply =
        fault.flatMap { Self.front($0, path.service, request) } ?? gateway(request, path.service, at: now)
        ?? service(request, path, fault: fault, at: now)
      if case .delivery(let delivery) = fault { reply.delivery = delivery }
    } else {
      reply = ErrorReply.unpublished(request)
    }
    reply.headers += [("Date", cloudTime.httpDate), ("X-Request-Id", request.id)]
    let call = Call(
      time: now, service: path?.service, identity: identityService, jobID: path?.jobID ?? "",
      status: reply.visibleStatus, code: reply.code, requestID: request.id)
    return (reply, call)
  }

  /// The answer of a proxy in front of the gateway; nil if the call goes on.
  private static func front(_ fault: Fault, _ service: CloudService, _ request: ReceivedRequest) -> Reply? {
    switch fault {
    case .unavailable:
      ErrorReply.service(service, 503, "Common.0001", "The service is out of order.")
    case .unpublished: ErrorReply.unpublished(request)
    case .instead(let reply): reply
    case .forbidden, .flowLimited, .absence, .delivery: nil
    }
  }

  /// The gateway's refusal; nil if the call goes on to the service.
  private mutating func gateway(_ request: ReceivedRequest, _ service: CloudService, at now: Timestamp) -> Reply? {
    if let objection = authenticator.objection(to: request, at: now + options.clockSkew) {
      return ErrorReply.refused(request, objection)
    }
    guard let quota = options.quotas[service], windows[service]?.admit(at: now) == false else { return nil }
    return ErrorReply.throttled(request, quota)
  }

  private func service(_ request: ReceivedRequest, _ path: JobPath, fault: Fault?, at now: Timestamp) -> Reply {
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
    else { return ErrorReply.wrongProject(path.service) }
    if let task = path.task { return progress(of: task, at: now) }
    if let reply = answers[path.jobID] { return reply }
    guard case (let job, let submitted)? = jobs[path.service]?[path.jobID],
      let phase = job.visiblePhase(at: now - submitted, retention: options.retention[path.service] ?? RetentionPolicy())
    else { return ErrorReply.absent(path.service) }
    let body = JobBody(job: job, submitted: submitted + options.clockSkew, elapsed: now - submitted)
    return .json(status: 200, body.json(phase))
  }

  private func progress(of task: TaskName, at now: Timestamp) -> Reply {
    guard let (script, begun) = tasks[task] else {
      return ErrorReply.service(.dcs, 404, "DCS.3022", "This DCS instance does not exist.")
    }
    return script.reply ?? .json(status: 200, script.json(begun: begun + options.clockSkew, elapsed: now - begun))
  }
}

/// Lets at most `quota.calls` calls pass in any window of length `quota.per`. A call that is turned away does not
/// count.
private struct QuotaWindow: Sendable {
  let quota: Quota
  /// The calls in the window, in order of time.
  private var passed: ArraySlice<Timestamp> = []

  init(_ quota: Quota) { self.quota = quota }

  /// True if a call at `now` may pass, which then counts.
  mutating func admit(at now: Timestamp) -> Bool {
    while let first = passed.first, now - first >= quota.per { passed.removeFirst() }
    guard passed.count < quota.calls else { return false }
    passed.append(now)
    return true
  }
}

extension Timestamp {
  /// As in the `Date` header, https://www.rfc-editor.org/rfc/rfc9110#section-5.6.7
  fileprivate var httpDate: String { date.formatted(Self.httpStyle) }

  /// `Sat, 21 Nov 2026 21:38:21 GMT`
  private static let httpStyle = Date.VerbatimFormatStyle(
    format: """
      \(weekday: .abbreviated), \(day: .twoDigits) \(month: .abbreviated) \(year: .defaultDigits) \
      \(hour: .twoDigits(clock: .twentyFourHour, hourCycle: .zeroBased)):\(minute: .twoDigits):\
      \(second: .twoDigits) GMT
      """,
    locale: Locale(identifier: "en_US_POSIX"), timeZone: .gmt,
    calendar: Calendar(identifier: .gregorian))
}
