import CloudAPI
import Foundation
import JobWatchCore
import JobWatchStore
import Logging
import CloudModel
import SimulatedCloud
import Synchronization
import TestSupport
import Testing

@testable import JobWatchConfiguration
@testable import JobWatchDaemon

/// The life of the daemon on a real store, spool and status log, without lock, signals and network.
///
/// Jobs whose id begins with `long` run; all others have succeeded when they are first asked for.
final class DaemonBench: Sendable {
  struct Call: Sendable {
    /// The number of the HTTP client, in the order of their opening.
    var client: Int
    var url: String
    var token: String?
    var body: String
  }

  private struct Clients {
    var opened = 0
    var closed: Set<Int> = []
  }

  /// The log, with its metadata.
  let lines = CallLog<String>()
  let calls = CallLog<Call>()
  /// The numbers of the HTTP clients that were closed.
  let closings = CallLog<Int>()
  let root: String
  private let directory: TemporaryDirectory
  private let clients = Mutex(Clients())
  private let submitted = Mutex(0)
  private let onRead = Mutex<(@Sendable () -> Void)?>(nil)
  private let orders: AsyncStream<Daemon.Order>
  private let order: AsyncStream<Daemon.Order>.Continuation

  private init() throws {
    directory = try TemporaryDirectory()
    root = directory.path
    (orders, order) = AsyncStream.makeStream()
    try write("one\n", to: "token")
    try write("whsec_dGhlIHNlY3JldCBvZiBhIGhvb2s=\n", to: "hook")
    try write(configuration, to: "jobwatch.yaml")
  }

  private struct Released {
    weak var store: Store?
  }

  /// Runs a daemon until `body` returns, then stops it and checks that it let go of everything.
  ///
  /// - Parameter reloads: that are ordered before its start.
  static func run(reloads: Int = 0, _ body: (DaemonBench) async throws -> Void) async throws {
    let bench = try DaemonBench()
    bench.orderReloads(reloads)
    let released = try await life(of: bench, body)
    #expect(bench.openClients == 0, "every connection is let go of")
    for _ in 0..<500 where released.store != nil { try await Task.sleep(for: .milliseconds(10)) }
    #expect(released.store == nil, "the workers and their store are let go of")
  }

  private static func life(
    of bench: DaemonBench, _ body: (DaemonBench) async throws -> Void
  ) async throws -> Released {
    let decoded = try bench.read()
    _ = try DaemonFiles(decoded).prepare()
    let store = try Store(path: decoded.value.databasePath)
    let log = Logger.telling { bench.lines.append($0) }
    var context = DaemonContext(store, log: log)
    context.openTransport = bench.open
    let daemon = Daemon(decoded, reload: { try bench.read() }, log: log)
    let life = Task { [context] in
      try await daemon.live(with: .forStart(of: decoded), on: context) { bench.orders }
    }
    let outcome: Result<Void, any Error>
    do {
      _ = try await bench.lines.first { $0.hasPrefix("jobwatch is running") }
      outcome = .success(try await body(bench))
    } catch {
      outcome = .failure(error)
    }
    bench.order.yield(.stop)
    try await life.value
    try store.close()
    try outcome.get()
    return Released(store: store)
  }

  var configuration: String {
    """
    state_dir: \(root)/state
    spool_dir: \(root)/spool
    status_log: \(root)/status.log
    accounts:
      - {name: prod, region: eu-de, project_id: of-prod, auth: token, token: {file: \(root)/token}}
      - {name: calm, region: eu-nl, project_id: of-calm, auth: token, token: {file: \(root)/token}}
    channels:
      - {name: a, type: webhook, url: "https://hooks.example/a", secret: {file: \(root)/hook}}
      - {name: b, type: webhook, url: "https://hooks.example/b", secret: {file: \(root)/hook}}
    polling: {floor: 200ms, ceiling: 400ms}

    """
  }

  var openClients: Int { clients.withLock { $0.opened - $0.closed.count } }
  var openedClients: Int { clients.withLock(\.opened) }

  func write(_ text: String, to name: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: "\(root)/\(name)"), options: .atomic)
  }

  /// Orders reloads and does not wait for any.
  func orderReloads(_ count: Int) {
    for _ in 0..<count { order.yield(.reload) }
  }

  func orderStop() { order.yield(.stop) }

  /// Calls `body` when the configuration is read next, before it is.
  func beforeRead(_ body: @escaping @Sendable () -> Void) { onRead.withLock { $0 = body } }

  /// Orders a reload and returns the line of the log that says what became of it.
  func reload() async throws -> String {
    let before = lines.total
    order.yield(.reload)
    try await lines.wait(count: before + 1)
    while true {
      let new = lines.entries.dropFirst(before)
      if let line = new.first(where: {
        $0.hasPrefix("the configuration is reloaded") || $0.hasPrefix("the new configuration is")
      }) {
        return line
      }
      try await lines.wait(count: before + new.count + 1)
    }
  }

  /// Submits a job and returns its id.
  func submit(_ prefix: String = "job", to account: String) throws -> String {
    let number = submitted.withLock { count in
      count += 1
      return count
    }
    let id = "\(prefix)-\(number)"
    let text = #"{"job_id":"\#(id)","service":"ecs","account":"\#(account)"}"#
    try write(text + "\n", to: "spool/incoming/\(id).tmp")
    try FileManager.default.moveItem(atPath: "\(root)/spool/incoming/\(id).tmp", toPath: "\(root)/spool/incoming/\(id)")
    return id
  }

  @Sendable private func read() throws -> DecodedConfiguration {
    let body = onRead.withLock { body in
      defer { body = nil }
      return body
    }
    body?()
    return try ConfigurationFile.read(path: root + "/jobwatch.yaml")
  }

  @Sendable private func open(
    _ options: HTTPClientTransport.Options
  ) -> (transport: HTTPTransport, close: @Sendable () async -> Void) {
    let number = clients.withLock { clients in
      clients.opened += 1
      return clients.opened
    }
    return (
      { request, _, _ in self.answer(request, number) },
      {
        self.clients.withLock { _ = $0.closed.insert(number) }
        self.closings.append(number)
      }
    )
  }

  private func answer(_ request: HTTPRequest, _ client: Int) -> HTTPResponse {
    let token = request.headers.first { $0.0.lowercased() == "x-auth-token" }?.1
    calls.append(
      Call(client: client, url: request.url, token: token, body: String(decoding: request.body, as: UTF8.self)))
    let id = request.url.split(separator: "/").last.map(String.init) ?? ""
    let begin = Time.system.now().wall
    let status = id.hasPrefix("long") ? "RUNNING" : "SUCCESS"
    let end = id.hasPrefix("long") ? "" : #", "end_time": "\#(begin)""#
    let body = """
      {"job_id": "\(id)", "job_type": "createServer", "status": "\(status)",
       "begin_time": "\(begin)"\(end)}
      """
    return HTTPResponse(status: 200, body: Array(body.utf8))
  }
}
