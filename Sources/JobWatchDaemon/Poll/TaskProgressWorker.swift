import CloudAPI
import JobWatchCore
import JobWatchStore
import Logging
import PollPlanning
import Synchronization

/// A job that was seen just now and whose background task the submitter named.
struct TaskProgressRequest: Sendable {
  var job: Int64
  var task: TaskName
  var endpoint: EndpointKey
  var jobID: String
}

/// The poller's requests to `TaskProgressWorker`; of one job the last one counts.
package final class TaskProgressRequests: Sendable {
  private let requests = Mutex<[Int64: TaskProgressRequest]>([:])
  let alarm: Alarm

  package init(_ alarm: Alarm) { self.alarm = alarm }

  func request(_ request: TaskProgressRequest) {
    requests.withLock { $0[request.job] = request }
    alarm.ring()
  }

  func take() -> [TaskProgressRequest] {
    requests.withLock { requests in
      defer { requests = [:] }
      return Array(requests.values)
    }
  }
}

/// Asks for the progress of jobs' background tasks, once after each poll that saw the job.
///
/// It is for people. Its outcome changes neither the job nor the health of anything, and it takes only calls that the
/// poller lends. A request that finds none is dropped, because the next sighting makes another.
actor TaskProgressWorker: Worker {
  nonisolated let name = "task progress"

  private let requests: TaskProgressRequests
  private let poller: Poller
  private let clients: [String: CloudClient]
  private let context: DaemonContext
  private let calls: CallsInFlight

  private var asked: [EndpointKey: Set<Int64>] = [:]
  /// The gateway counts each API by itself: what it says of this one's quota holds for no other.
  private var limiters: [EndpointKey: RateLimiter] = [:]

  /// Of one endpoint at once, because a call to an endpoint that hangs holds a part of its quota all the while.
  private static let concurrency = 4

  init(
    _ requests: TaskProgressRequests, of poller: Poller, clients: [String: CloudClient], _ context: DaemonContext,
    health: LoopHealth
  ) {
    self.requests = requests
    self.poller = poller
    self.clients = clients
    self.context = context
    calls = CallsInFlight(health, requests.alarm.time)
  }

  func work(at now: Moment) async throws -> Duration? {
    for request in requests.take() {
      guard let client = clients[request.endpoint.account], isFree(request, at: now.uptime),
        let query = await poller.lend(request)
      else { continue }
      asked[request.endpoint, default: []].insert(request.job)
      limiters[request.endpoint, default: RateLimiter()].spend(at: now.uptime)
      calls.run { await self.ask(request, query, client) }
    }
    return nil
  }

  func finish() async { await calls.finish() }

  private func isFree(_ request: TaskProgressRequest, at uptime: Duration) -> Bool {
    let asked = asked[request.endpoint] ?? []
    let readyAt = (limiters[request.endpoint] ?? RateLimiter()).readyAt(uptime)
    return asked.count < Self.concurrency && !asked.contains(request.job) && readyAt.map { $0 <= uptime } ?? false
  }

  private func ask(_ request: TaskProgressRequest, _ query: JobQuery, _ client: CloudClient) async {
    let answer = await client.progress(of: request.task, query)
    let now = context.time.now()
    limiters[request.endpoint]?.finish(at: now.uptime)
    asked[request.endpoint]?.remove(request.job)
    if case .throttled(let throttle) = answer { limiters[request.endpoint]?.throttled(throttle, at: now.uptime) }
    await poller.returned(request)
    guard !calls.isAbandoned else { return }
    do {
      try await context.store.write { try Self.keep(answer, of: request.job, at: now.wall, $0) }
    } catch {
      context.log.warning("a task's progress cannot be stored", metadata: ["error": "\(error)"])
    }
  }

  private static func keep(
    _ answer: TaskProgressAnswer, of job: Int64, at now: Timestamp, _ transaction: Transaction
  ) throws {
    var report = try transaction.jobs.progress(of: job) ?? ProgressReport()
    switch answer {
    case .told(let progress): report.take(progress, at: now)
    case .throttled(let throttle): report.fail("\(throttle.code): the quota is used up", at: now)
    case .failed(let cause): report.fail(cause, at: now)
    }
    try transaction.jobs.setProgress(report, of: job)
  }
}
