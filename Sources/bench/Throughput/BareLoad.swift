import CloudAPI
import JobWatchCore
import JobWatchDaemon

/// The HTTP client alone: GETs of the same records, at the pace and in the ticks of the poller.
struct BareLoad: Sendable {
  var endpoint: String
  /// GETs a second.
  var rate: Int
  var transport: CountedTransport

  private static let tick = Duration.milliseconds(10)

  /// Runs `body` while the load lasts.
  func run<Value: Sendable>(
    _ body: @Sendable () async throws -> Value
  ) async throws -> Value {
    let now = Time.system.now().wall
    let requests = (0..<rate).map { request($0, at: now) }
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
        let due = Int((ContinuousClock.now - start).exactSeconds * Double(rate))
        for number in sent..<max(due, sent) {
          // The transport counts what fails.
          group.addTask {
            _ = try? await send(requests[number % rate], .seconds(30), CloudClient.bodyLimit)
          }
        }
        sent = max(due, sent)
        try? await Task.sleep(for: Self.tick)
      }
      group.cancelAll()
    }
  }

  /// The daemon's request to the byte, signed beforehand: the two sides differ in jobwatch's own work alone.
  private func request(_ number: Int, at now: Timestamp) -> HTTPRequest {
    let host = String(endpoint.dropFirst("http://".count))
    let path = CloudService.ecs.path(
      projectID: BenchAccount.projectID, jobID: BenchJobs.quiet.id(number))
    var request = SignableRequest(
      scheme: "http", host: host, path: path, headers: [("Host", host)])
    Signer(key: BenchAccount.key, form: .credential()).sign(&request, at: now)
    return HTTPRequest(
      url: request.url,
      headers: request.headers + [
        ("X-Project-Id", BenchAccount.projectID), ("User-Agent", CloudClient.defaultUserAgent),
        ("Accept", "application/json"),
      ])
  }
}
