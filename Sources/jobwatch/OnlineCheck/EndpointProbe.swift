import CloudAPI
import JobWatchCore
import JobWatchDaemon

/// Checks the name, the connection and the clock of an endpoint without a credential, before anything secret is sent.
struct EndpointProbe: Sendable {
  let service: String
  let endpoint: String
  let proxy: ProxyServer?
  let transport: HTTPTransport
  let clock: Clock

  struct Outcome: Sendable {
    var findings: [OnlineFinding]
    /// The cloud's clock less this host's; nil when the endpoint did not answer.
    var clockOffset: Duration?
  }

  /// Any answer will do, whatever its status: most gateways have nothing at `/`.
  func run(timeout: Duration) async -> Outcome {
    let request = HTTPRequest(
      url: endpoint + "/", headers: [("User-Agent", CloudClient.defaultUserAgent)], wanted: .head)
    let start = clock().uptime
    do {
      let answer = try await transport(request, timeout, 0)
      let now = clock()
      let date = answer.date(near: now.wall)
      let offset = date.map { $0 - now.wall }
      return Outcome(
        findings: named(.ok) + [connected(in: now.uptime - start), clockFinding(offset)],
        clockOffset: offset ?? .zero)
    } catch {
      return Outcome(findings: failed(error, after: clock().uptime - start), clockOffset: nil)
    }
  }

  static let clockCure =
    "keep this host's clock by NTP: timedatectl set-ntp true (jobwatch allows for small gaps)"

  /// As in the URL, with the port.
  private var host: String { String(endpoint.drop { $0 != "/" }.drop { $0 == "/" }) }

  /// Nothing where there is no name for this host to resolve.
  private func named(_ result: OnlineFinding.Result, cure: String? = nil) -> [OnlineFinding] {
    let name = host.split(separator: ":").first.map(String.init) ?? host
    if proxy != nil || host.hasPrefix("[") || IPAddress(name) != nil { return [] }
    let detail = result == .ok ? name : "\(name) cannot be resolved"
    return [OnlineFinding(service, .name, result, detail, cure: cure)]
  }

  private func connected(in time: Duration) -> OnlineFinding {
    let way = proxy.map { " through the proxy \($0)" } ?? ""
    let kind = endpoint.hasPrefix("https://") ? "TLS" : "plain http"
    return OnlineFinding(
      service, .connection, .ok, "\(host) answers\(way), \(kind), \(time.spoken)")
  }

  private func failed(_ failure: HTTPFailure, after time: Duration) -> [OnlineFinding] {
    let (detail, cure) = (failure.reason, failure.remedy)
    let place = "correct region or endpoints: {\(service): …}"
    switch failure.kind {
    case .name:
      return named(.failed, cure: "\(place), or mend this host's name resolution (DNS)")
    case .timeout:
      return [
        connection(
          "\(host): \(detail) (\(time.spoken))",
          cure ?? "let this host reach it (firewall, route), or set HTTPS_PROXY for the service")
      ]
    case .refused:
      return named(.ok) + [
        connection("\(host): \(detail)", cure ?? "nothing listens there: \(place)")
      ]
    case .tls: return named(.ok) + [connection("\(host): \(detail)", cure ?? place)]
    case .proxy: return [connection(detail, cure ?? "correct the proxy in the environment")]
    case .reset, .other:
      return named(.ok) + [
        connection("\(host): \(detail)", cure ?? "\(place), or see what is between here and there")
      ]
    }
  }

  private func connection(_ detail: String, _ cure: String) -> OnlineFinding {
    OnlineFinding(service, .connection, .failed, detail, cure: cure)
  }

  /// `Date` has whole seconds, and answers take time: a second or two is nothing.
  private func clockFinding(_ offset: Duration?) -> OnlineFinding {
    guard let offset else {
      return OnlineFinding(service, .clock, .ok, "the answer does not say the time")
    }
    let size = max(offset, .zero - offset)
    if size <= .seconds(2) { return OnlineFinding(service, .clock, .ok, "as the cloud's") }
    let way = offset > .zero ? "behind" : "ahead of"
    let detail = "this host is \(size.spoken) \(way) the cloud"
    if size <= .minutes(1) { return OnlineFinding(service, .clock, .ok, detail) }
    return OnlineFinding(service, .clock, .warning, detail, cure: Self.clockCure)
  }
}
