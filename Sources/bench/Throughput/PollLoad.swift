import CloudAPI
import JobWatchCore
import JobWatchStore
import Synchronization
import TestSupport

/// The daemon's poller and store, which poll every job of a kind once a second: sign, GET, decode, decide, commit.
struct PollLoad: Sendable {
  var setting: ThroughputSetting
  var kind: BenchJobs
  var transport: CountedTransport

  /// Between two polls of a job.
  private static let gap = Duration.seconds(1)
  /// Until every job was polled twice: the first answer is news in any case.
  private static let warmUp = Duration.milliseconds(2500)

  /// Runs `body` while the load lasts.
  func run<Value: Sendable>(_ body: @Sendable (Store) async throws -> Value) async throws -> Value {
    try await Workplace.use(in: setting.daemon.directory) { workplace in
      let store = try Store(path: workplace.database)
      return try await ending {
        try await register(in: store)
        var setup = PollerSetup(account: BenchAccount.account(endpoint: setting.endpoint))
        (setup.configuration.polling.floor, setup.configuration.polling.ceiling) = (Self.gap, Self.gap)
        return try await setup.run(try setup.poller(store, transport.transport)) {
          try await Task.sleep(for: Self.warmUp)
          return try await body(store)
        }
      } with: {
        try store.close()
      }
    }
  }

  /// Due evenly over the first second, and so over each second that follows.
  private func register(in store: Store) async throws {
    let (now, count) = (SystemClock.now().wall, ThroughputSetting.jobs)
    try await store.write { [kind] transaction in
      for number in 0..<count {
        _ = try transaction.jobs.insert(
          .registered(kind.id(number), at: now, projectID: BenchAccount.projectID),
          dueAt: now + Self.gap.scaled(by: Double(number) / Double(count)), noticeAt: nil)
      }
    }
  }
}

/// The HTTP client alone: GETs of the same records, at the pace and in the ticks of the poller.
struct BareLoad: Sendable {
  var endpoint: String
  var transport: CountedTransport

  /// GETs a second.
  private static let rate = ThroughputSetting.jobs
  private static let tick = Duration.milliseconds(10)

  func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
    let now = SystemClock.now().wall
    let requests = (0..<Self.rate).map { request($0, at: now) }
    let load = Task { await send(requests) }
    return try await ending(body) {
      load.cancel()
      await load.value
    }
  }

  private func send(_ requests: [HTTPRequest]) async {
    let send = transport.transport
    await withDiscardingTaskGroup { group in
      let start = ContinuousClock.now
      var sent = 0
      while !Task.isCancelled {
        let due = Int((ContinuousClock.now - start).exactSeconds * Double(Self.rate))
        for number in sent..<max(due, sent) {
          // The transport counts failures.
          group.addTask {
            _ = try? await send(
              requests[number % Self.rate], .seconds(30), CloudClient.bodyLimit)
          }
        }
        sent = max(due, sent)
        try? await Task.sleep(for: Self.tick)
      }
      group.cancelAll()
    }
  }

  /// The daemon's request to the byte, signed beforehand: the two loads differ in jobwatch's own work alone.
  private func request(_ number: Int, at now: Timestamp) -> HTTPRequest {
    let host = String(endpoint.dropFirst("http://".count))
    let target = CloudService.ecs.target(projectID: BenchAccount.projectID, jobID: BenchJobs.quiet.id(number))
    var request = HTTPRequest(url: endpoint + target, headers: [("Host", host)])
    Signer(key: BenchAccount.key, form: .credential).sign(&request, at: now)
    request.headers += [
      ("X-Project-Id", BenchAccount.projectID), ("User-Agent", CloudClient.defaultUserAgent),
      ("Accept", "application/json"),
    ]
    return request
  }
}

/// The daemon's HTTP client, and a count of its answers.
final class CountedTransport: Sendable {
  /// The CPU time and the answers of this process during a window.
  struct Sample: Sendable {
    var seconds: Double
    var answers: Double
    var cpuSeconds: Double

    var rate: Double { answers / seconds }
    var microsecondsPerAnswer: Double { cpuSeconds / answers * 1e6 }
  }

  private let client = HTTPClientTransport()
  private let good = Atomic(0)
  private let bad = Atomic(0)

  var transport: HTTPTransport {
    { [self] (request, timeout, bodyLimit) async throws(HTTPFailure) in
      do throws(HTTPFailure) {
        let response = try await client.send(request, timeout: timeout, bodyLimit: bodyLimit)
        if response.status == 200 {
          good.add(1, ordering: .relaxed)
        } else {
          bad.add(1, ordering: .relaxed)
        }
        return response
      } catch {
        // A call that is cancelled at the end of a window is no failure.
        if !Task.isCancelled { bad.add(1, ordering: .relaxed) }
        throw error
      }
    }
  }

  /// A client for as long as `body` runs.
  static func use<Value>(_ body: (CountedTransport) async throws -> Value) async throws -> Value {
    let transport = CountedTransport()
    return try await ending({ try await body(transport) }, with: transport.client.shutdown)
  }

  /// The number of answers with a record so far; throws if any other came, because its cost would be another.
  private func answers() throws -> Double {
    let failures = bad.load(ordering: .relaxed)
    guard failures == 0 else { throw Failure("\(failures) calls to the simulated cloud brought no record") }
    return Double(good.load(ordering: .relaxed))
  }

  /// Of a load that is under way, for the length of the window.
  func sample(_ window: Duration) async throws -> Sample {
    let (before, cpu, start) = (try answers(), try ProcessUsage.cpuSeconds(), ContinuousClock.now)
    try await Task.sleep(for: window)
    let (seconds, count) = ((ContinuousClock.now - start).exactSeconds, try answers() - before)
    guard count > 0 else { throw Failure("the simulated cloud gave no answer in \(window)") }
    return Sample(seconds: seconds, answers: count, cpuSeconds: try ProcessUsage.cpuSeconds() - cpu)
  }
}
