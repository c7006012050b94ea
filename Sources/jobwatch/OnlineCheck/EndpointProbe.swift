import CloudAPI
import JobWatchCore

/// Checks the name, the connection and the clock of an endpoint without a credential, before anything secret is sent.
struct EndpointProbe: Sendable {
  let service: CloudService
  let endpoint: String
  let proxy: ProxyServer?
  let transport: HTTPTransport

  struct Outcome: Sendable {
    var findings: [OnlineFinding]
    /// The cloud's clock less this host's; nil when the endpoint did not answer.
    var clockOffset: Duration?
  }

  /// Any answer will do, whatever its status: most gateways have nothing at `/`.
  func run(timeout: Duration) async -> Outcome {
    let request = HTTPRequest(
      url: endpoint + "/", headers: [("User-Agent", CloudClient.defaultUserAgent)], wanted: .head)
    let start = SystemClock.now().uptime
    do {
      let answer = try await transport(request, timeout, 0)
      let now = SystemClock.now()
      let offset = answer.date(near: now.wall).map { $0 - now.wall }
      return Outcome(
        findings: named(.ok) + [connected(in: now.uptime - start), clockFinding(offset)],
        clockOffset: offset ?? .zero)
    } catch {
      return Outcome(findings: failed(error, after: SystemClock.now().uptime - start))
    }
  }

  static let clockCure =
    "keep this host's clock by NTP: timedatectl set-ntp true (jobwatch allows for small gaps)"

  /// As in the URL, with the port.
  private var host: String { String(endpoint.drop { $0 != "/" }.drop { $0 == "/" }) }

  private func finding(
    _ step: OnlineFinding.Step, _ result: OnlineFinding.Result, _ detail: String,
    cure: String? = nil
  ) -> OnlineFinding {
    OnlineFinding(service.name, step, result, detail, cure: cure)
  }

  /// Nothing where there is no name for this host to resolve.
  private func named(_ result: OnlineFinding.Result, cure: String? = nil) -> [OnlineFinding] {
    let name = host.split(separator: ":").first.map(String.init) ?? host
    if proxy != nil || host.hasPrefix("[") || IPAddress(name) != nil { return [] }
    let detail = result == .ok ? name : "\(name) cannot be resolved"
    return [finding(.name, result, detail, cure: cure)]
  }

  private func connected(in time: Duration) -> OnlineFinding {
    let way = proxy.map { " through the proxy \($0)" } ?? ""
    let kind = endpoint.hasPrefix("https://") ? "TLS" : "plain http"
    return finding(.connection, .ok, "\(host) answers\(way), \(kind), \(time.spoken)")
  }

  private func failed(_ failure: HTTPFailure, after time: Duration) -> [OnlineFinding] {
    let place = "correct region or endpoints: {\(service.name): …}"
    var (detail, isNamed) = ("\(host): \(failure.reason)", true)
    let cure: String
    switch failure.kind {
    case .name:
      return named(.failed, cure: "\(place), or mend this host's name resolution (DNS)")
    case .timeout:
      (detail, isNamed) = ("\(detail) (\(time.spoken))", false)
      cure = "let this host reach it (firewall, route), or set HTTPS_PROXY for the service"
    case .refused: cure = "nothing listens there: \(place)"
    case .tls: cure = place
    case .proxy:
      (detail, isNamed) = (failure.reason, false)
      cure = "correct the proxy in the environment"
    case .reset, .other: cure = "\(place), or see what is between here and there"
    }
    return (isNamed ? named(.ok) : [])
      + [finding(.connection, .failed, detail, cure: failure.remedy ?? cure)]
  }

  /// `Date` has whole seconds, and answers take time: a second or two is nothing.
  private func clockFinding(_ offset: Duration?) -> OnlineFinding {
    guard let offset else { return finding(.clock, .ok, "the answer does not say the time") }
    let size = max(offset, .zero - offset)
    if size <= .seconds(2) { return finding(.clock, .ok, "as the cloud's") }
    let way = offset > .zero ? "behind" : "ahead of"
    let isGrave = size > .minutes(1)
    return finding(
      .clock, isGrave ? .warning : .ok, "this host is \(size.spoken) \(way) the cloud",
      cure: isGrave ? Self.clockCure : nil)
  }
}
