import CloudAPI
import CloudModel
import JobWatchCore

/// What stands at the other end of a connection.
protocol Host: AnyObject {
  /// What becomes of a request that arrives now.
  func answer(_ request: ReceivedRequest, to name: String) -> NetworkAnswer
}

enum NetworkAnswer {
  case reply(Reply)
  /// No connection, or one that breaks.
  case failure(HTTPFailure)
  /// Nothing comes.
  case silence
}

/// Carries the daemon's requests to the hosts of the world, and their answers back.
///
/// A request that has left arrives even if the process that sent it dies meanwhile.
final class Network: @unchecked Sendable {
  private let time: VirtualTime
  private var draw: Draw
  private var hosts: [String: any Host] = [:]
  /// Hosts that were asked and are not part of the world: nobody configured them.
  private(set) var strangers: Set<String> = []
  private(set) var requests = 0
  /// URLs that were asked while their answer was still to come.
  private(set) var doubled: Set<String> = []
  private var underWay: [String: Int] = [:]
  /// Those whose process is dead: kept, because it frees nothing.
  private var lost: [Exchange] = []
  /// The chance, 0 to 1, that the process is killed when its request arrives, and once more right after the answer.
  var killChance = 0.0
  var die: () -> Void = {}
  private(set) var kills = 0
  /// Whether the process that sends is dead already: then nothing leaves.
  var isDead: () -> Bool = { false }

  init(seed: UInt64, _ time: VirtualTime) {
    (self.time, draw) = (time, Draw(seed: seed, for: "network"))
  }

  /// A dead process waits for nothing.
  func processHasEnded() { underWay = [:] }

  func connect(_ host: any Host, as names: [String]) { for name in names { hosts[name] = host } }

  /// `Transports.Open` of the daemon.
  var open: @Sendable () -> (transport: HTTPTransport, close: @Sendable () async -> Void) {
    {
      (
        { (request, timeout, limit) async throws(HTTPFailure) in
          try await self.exchange(request, timeout, limit)
        }, {}
      )
    }
  }

  private func exchange(_ request: HTTPRequest, _ timeout: Duration, _ limit: Int) async throws(HTTPFailure)
    -> HTTPResponse
  {
    let exchange = Exchange(limit: limit, epoch: time.endedProcesses)
    return try await withTaskCancellationHandler {
      await withUnsafeContinuation { continuation in
        exchange.continuation = continuation
        if Task.isCancelled { return exchange.end(.failure(HTTPFailure(.other, "cancelled"))) }
        if isDead() { return }
        send(request, exchange, timeout)
      }
    } onCancel: {
      exchange.end(.failure(HTTPFailure(.other, "cancelled")))
    }.get()
  }

  private func send(_ request: HTTPRequest, _ exchange: Exchange, _ timeout: Duration) {
    requests += 1
    if request.method == "GET", !request.url.contains("/meta-data/"), !request.url.contains("/openstack/") {
      if underWay[request.url] ?? 0 > 0 { doubled.insert(request.url) }
      underWay[request.url, default: 0] += 1
      exchange.onEnd = { [self] in underWay[request.url, default: 1] -= 1 }
    }
    time.after(timeout, .process) { exchange.end(.failure(HTTPFailure(.timeout, "no answer in \(timeout.spoken)"))) }
    let received = ReceivedRequest(request)
    let name = received.header("host") ?? ""
    time.after(draw.spread(.milliseconds(2) ... .milliseconds(90))) { [self] in
      guard let host = hosts[name] else {
        strangers.insert(name)
        return back(exchange, .failure(HTTPFailure(.name, "no such host")), after: .zero)
      }
      let answer = host.answer(received, to: name)
      if draw.chance(killChance) { return kill() }
      let killsAfter = draw.chance(killChance)
      switch answer {
      case .silence: break
      case .failure(let failure): back(exchange, .failure(failure), after: .zero, killsAfter)
      case .reply(let reply):
        switch reply.delivery {
        case .hang: break
        case .reset: back(exchange, .failure(HTTPFailure(.reset, "the connection was reset")), after: .zero, killsAfter)
        case .whole: back(exchange, .success(HTTPResponse(reply)), after: .zero, killsAfter)
        case .late(let wait): back(exchange, .success(HTTPResponse(reply)), after: wait, killsAfter)
        case .truncated:
          var half = HTTPResponse(reply)
          (half.body, half.truncated) = (Array(half.body.prefix(half.body.count / 2)), true)
          back(exchange, .success(half), after: .zero, killsAfter)
        }
      }
    }
  }

  /// To nobody, if the process that asked is dead.
  private func back(
    _ exchange: Exchange, _ result: Result<HTTPResponse, HTTPFailure>, after wait: Duration, _ killsAfter: Bool = false
  ) {
    let wait = wait + draw.spread(.milliseconds(2) ... .milliseconds(90))
    guard exchange.epoch == time.endedProcesses else { return lost.append(exchange) }
    time.after(wait, .process) { [self] in
      exchange.end(result)
      if killsAfter { kill() }
    }
  }

  private func kill() {
    kills += 1
    die()
  }

  private final class Exchange: @unchecked Sendable {
    var continuation: UnsafeContinuation<Result<HTTPResponse, HTTPFailure>, Never>?
    var onEnd: () -> Void = {}
    private let limit: Int
    /// Of the process that asks.
    let epoch: Int

    init(limit: Int, epoch: Int) { (self.limit, self.epoch) = (limit, epoch) }

    func end(_ result: Result<HTTPResponse, HTTPFailure>) {
      let limited = result.map { response in
        var response = response
        if response.body.count > limit {
          response.body = Array(response.body.prefix(limit))
          response.truncated = limit > 0
        }
        return response
      }
      guard let continuation else { return }
      self.continuation = nil
      onEnd()
      continuation.resume(returning: limited)
    }
  }
}

extension HTTPResponse {
  fileprivate init(_ reply: Reply) {
    self.init(status: reply.status, headers: HTTPFields(reply.headers.map { ($0.name, $0.value) }), body: reply.body)
  }
}

extension ReceivedRequest {
  /// As it comes over the wire.
  fileprivate init(_ request: HTTPRequest) {
    let rest = request.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
    let host = rest.prefix { $0 != "/" && $0 != "?" }
    let target = rest.dropFirst(host.count).split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    var headers = request.headers.map { (name: $0.0.lowercased(), value: $0.1) }
    if !headers.contains(where: { $0.name == "host" }) { headers.append(("host", String(host))) }
    self.init(
      method: request.method, path: target.first.map(String.init) ?? "/",
      query: target.count > 1 ? String(target[1]) : "", headers: headers, body: request.body)
  }
}
