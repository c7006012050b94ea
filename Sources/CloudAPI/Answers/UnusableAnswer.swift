import JobWatchCore

/// An answer that is neither a job's record nor an error with a code, in words: who may have sent it, where to look.
struct UnusableAnswer {
  var response: HTTPResponse
  /// The service that was asked for a job; nil for a query that is about no job.
  var service: CloudService?

  /// `HTTP 302 redirects to …`, `HTTP 502 with …`.
  var summary: String {
    let status = "HTTP \(response.status)"
    return (300...399).contains(response.status)
      ? "\(status) redirects to \(target): check the endpoint\(firewallNote)" : "\(status) with \(content)"
  }

  var content: String { kind + firewallNote }

  private var kind: String {
    if let obstacle = response.obstacle { return obstacle }
    if response.truncated { return "a body that is too large or broke off" }
    if response.body.isEmpty { return "no body" }
    // Behind blanks and the mark that some put in front of UTF-8.
    if response.body.first(where: { (0x21...0x7f).contains($0) }) == "<" {
      return "an HTML page" + (isFirewalled ? "" : ": perhaps a proxy answers instead of the cloud")
    }
    guard let service else { return "a body that is not as documented" }
    let finding = JobRecordDecoder.decode(response.body, service: service)
    guard let finding else { return "a body that is not JSON" }
    return finding.record?.jobID == nil ? "JSON that is no job's record" : "the record of another job"
  }

  /// Whether the answer passed the cloud's web application firewall, which marks all that passes (`Server: CloudWAF`,
  /// the cookie `HWWAFSESID`). The mark tells something only where no code says who answered.
  var isFirewalled: Bool {
    func has(_ mark: String, in name: String) -> Bool {
      response.headers.values(name).contains { TextScanner(behind: mark, in: $0) != nil }
    }
    return has("CloudWAF", in: "Server") || has("HWWAFSESID=", in: "Set-Cookie")
  }

  private var firewallNote: String {
    isFirewalled ? " (CloudWAF, the cloud's web application firewall, answers or stands in front)" : ""
  }

  /// The host that a redirection names; the rest of the address may hold a secret.
  private var target: String {
    guard let location = response.headers.first("Location") else { return "nowhere" }
    guard let match = location.firstMatch(of: /^(?:[A-Za-z][A-Za-z0-9+.-]*:)?\/\/(?:[^\/?#@]*@)?([^\/?#]{1,253})/)
    else { return "another path of the same host" }
    return "host \(match.1)"
  }
}
