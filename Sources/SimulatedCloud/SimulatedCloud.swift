import CloudAPI
import CloudModel
import JobWatchCore
import Synchronization

/// The job APIs of all services, IAM and a server's metadata service on loopback, for the demo, the tests and the
/// benchmarks. Signatures are checked, quotas hold, records are deleted when their retention is over, and faults happen
/// on demand. Jobs follow their scripts by the clock that it is built with: a test moves the time by hand.
///
/// A lock keeps the state, because a fault takes effect before the call that sets it returns.
package final class SimulatedCloud: Sendable {
  package typealias Options = CloudState.Options

  /// Every call that arrived, with ways to wait for those to come.
  package let log: CallLog<Call>
  private let state: Mutex<CloudState>
  private let clock: @Sendable () -> Timestamp
  private let server = LoopbackServer()

  package init(options: Options, clock: @escaping @Sendable () -> Timestamp) {
    log = CallLog(limit: options.callLimit)
    state = Mutex(CloudState(options))
    self.clock = clock
  }

  /// Begins to listen on `host`, 127.0.0.1 or ::1, and returns the base URL, the endpoint of every service. A `port`
  /// other than 0 brings a stopped cloud back where it was. Throws the system's error if the port cannot be had.
  package func start(host: String = "127.0.0.1", port: Int = 0) async throws -> String {
    try await server.start(host: host, port: port) { [self] request in answer(request) }
  }

  /// Closes the port and every connection; calls are refused from then on. The jobs stay.
  package func stop() async { await server.stop() }

  private func answer(_ request: ReceivedRequest) -> Reply {
    state.withLock { state in
      let (reply, call) = state.answer(request, at: clock())
      // Under the lock, because the log is in the order in which the calls took effect.
      log.append(call)
      return reply
    }
  }

  // MARK: Jobs

  /// Begins the job now. One with the same id is replaced.
  package func submit(_ job: ScriptedJob) { submit(job, at: clock()) }

  package func submit(_ job: ScriptedJob, at time: Timestamp) {
    state.withLock { $0.submit(job, at: time) }
  }

  /// Sends `reply` to every authenticated query for this job within the quota, also if there is no such job; nil: as
  /// its script says.
  package func answer(_ reply: Reply?, toQuestionsFor jobID: String) {
    state.withLock { $0.answers[jobID] = reply }
  }

  /// Begins a task of an instance now. One with the same ids is replaced.
  package func begin(_ task: ScriptedTask) {
    guard let name = TaskName(task.instanceID, task.taskID) else { return }
    let now = clock()
    state.withLock { $0.tasks[name] = (task, now) }
  }

  // MARK: What may change while it runs

  /// Keys and tokens; changing it does not lift a lock.
  package var credentials: AcceptedCredentials {
    get { state.withLock { $0.authenticator.credentials } }
    set { state.withLock { $0.authenticator.credentials = newValue } }
  }

  /// The lead of the cloud's own clock. It shows in `Date`, in the times of jobs and in the age of a signature. The
  /// progress of a job does not depend on it.
  package var clockSkew: Duration {
    get { state.withLock { $0.options.clockSkew } }
    set { state.withLock { $0.options.clockSkew = newValue } }
  }

  /// Nil lifts the quota. Its window starts now.
  package func setQuota(_ quota: Quota?, for service: CloudService) {
    state.withLock { $0.setQuota(quota, for: service) }
  }

  /// Replaces the service's fault, if any; with `calls` it is over after so many calls to the service.
  package func set(_ fault: Fault, for service: CloudService, calls: Int? = nil) {
    state.withLock { $0.faults[service] = ArmedFault(fault: fault, remaining: calls) }
  }

  package func clearFault(of service: CloudService) {
    state.withLock { $0.faults[service] = nil }
  }

  // MARK: Credentials

  package var identity: SimulatedIdentity {
    get { state.withLock { $0.identity.options } }
    set { state.withLock { $0.identity.options = newValue } }
  }

  package var handedOut: [Secret] { state.withLock { $0.authenticator.issued } }

  /// Every token that was handed out dies, as after a change of the password.
  package func revokeTokens() { state.withLock { $0.authenticator.revokeTokens() } }

  /// As for a service with jobs. `.flowLimited` is 429 here, `.forbidden` 403, `.absence` 404.
  package func set(_ fault: Fault, for service: IdentityClient.Service, calls: Int? = nil) {
    state.withLock { $0.identity.faults[service] = ArmedFault(fault: fault, remaining: calls) }
  }

  package func clearFault(of service: IdentityClient.Service) {
    state.withLock { $0.identity.faults[service] = nil }
  }

  // MARK: The calls

  package func calls(service: CloudService) -> [Call] {
    log.entries.filter { $0.service == service }
  }

  package func calls(identity: IdentityClient.Service) -> [Call] {
    log.entries.filter { $0.identity == identity }
  }

  package var refusedCalls: [Call] { log.entries.filter(\.isRefused) }

  package var throttledCalls: [Call] { log.entries.filter(\.isThrottled) }
}
