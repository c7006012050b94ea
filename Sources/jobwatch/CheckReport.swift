import CloudAPI
import Foundation
import JobWatchConfiguration

struct CheckReport {
  let file: String
  var problems: [ConfigurationProblem] = []
  var mayPass = false
  /// Nil when the file cannot be used.
  var configured: ConfigurationSummary?
  /// Nil when the cloud was not asked.
  var online: [OnlineReport]?

  var json: OutputObject {
    [
      "ok": ok, "file": file, "problems": problems, "configured": configured?.json,
      "online": online,
    ]
  }

  var ok: Bool { isConfigured && count(.failed) == 0 }

  /// Whether the daemon can start with the configuration.
  var isConfigured: Bool { problems.allSatisfy(\.isWarning) }

  private func count(_ result: OnlineFinding.Result) -> Int {
    (online ?? []).flatMap(\.findings).count { $0.result == result }
  }

  func printConfigured() {
    for problem in problems { StandardError.write(problem.text(file: file)) }
    if let configured { print(configured.text) }
    let warnings = problems.count(where: \.isWarning)
    print(verdict(file, problems.count - warnings, warnings))
  }

  func printOnline(isWanted: Bool) {
    guard let online else {
      if isWanted { StandardError.write("the cloud was not asked: mend the configuration first") }
      return
    }
    let verdict = verdict("online", count(.failed), count(.warning))
    for line in [""] + OnlineReport.lines(online, on: .standardOutput) + ["", verdict] { print(line) }
  }

  private func verdict(_ subject: String, _ errors: Int, _ warnings: Int) -> String {
    let parts = [(errors, "problem"), (warnings, "warning")].filter { $0.0 > 0 }.map {
      counted($0, $1)
    }
    let counts = parts.isEmpty ? "" : " (\(parts.joined(separator: ", ")))"
    return "\(subject): \(errors == 0 ? "in order" : "not in order")\(counts)"
  }
}

/// What is configured, for people and for `--json`. The path of a webhook's URL is left out because it often is a
/// secret.
struct ConfigurationSummary {
  let configuration: Configuration
  /// Missing directories that the daemon makes when it starts.
  let willBeCreated: [String]

  var json: OutputObject {
    let accounts = configuration.accounts.map { account -> OutputObject in
      [
        "name": account.name, "region": account.region,
        // Left out where it is looked up.
        "project_id": account.projectID, "auth": account.authentication.rawValue,
        // By service, `iam` and `metadata` among them.
        "endpoints": endpoints(of: account),
      ]
    }
    let channels = configuration.channels.map { channel -> OutputObject in
      let (type, target) = kind(of: channel)
      return ["name": channel.name, "type": type, "target": target]
    }
    return [
      "accounts": accounts, "channels": channels, "routes": configuration.routes.count,
      "state_dir": configuration.stateDirectory, "spool_dir": configuration.spoolDirectory,
      "status_log": configuration.statusLog, "will_be_created": willBeCreated,
      "heartbeat": heartbeat,
    ]
  }

  var text: String {
    let accounts = configuration.accounts.map {
      [$0.name, $0.region, $0.authentication.rawValue, changedEndpoints(of: $0)]
    }
    let channels = configuration.channels.map { channel in
      let (type, target) = kind(of: channel)
      return [channel.name, type, target ?? ""]
    }
    let (routes, log) = (configuration.routes.count, configuration.statusLog)
    let unrouted = """
      none: the journal gets all events, webhooks all but job.registered, job.pending and job.running
      """
    let rest = [
      ["routes", routes == 0 ? unrouted : "\(routes)"], ["state", noted(configuration.stateDirectory)],
      ["spool", noted(configuration.spoolDirectory)],
      ["status log", noted((log as NSString).deletingLastPathComponent, for: log)], ["heartbeat", heartbeat ?? "none"],
    ]
    let tables = [
      [["ACCOUNT", "REGION", "AUTH", "ENDPOINTS"]] + accounts, [["CHANNEL", "TYPE", "TARGET"]] + channels, rest,
    ]
    return tables.map { TextTable(rows: $0).text }.joined(separator: "\n\n") + "\n"
  }

  private func endpoints(of account: Account) -> [String: String] {
    let names = CloudService.all.map(\.name) + ["iam", "metadata"]
    return Dictionary(
      uniqueKeysWithValues: names.compactMap { name in
        account.endpoint(of: name).map { (name, $0) }
      })
  }

  /// Only those that differ from the region's own: all would fill a page.
  private func changedEndpoints(of account: Account) -> String {
    let own = endpoints(of: account).filter {
      $0.value != Endpoints.defaultEndpoint(service: $0.key, region: account.region)
    }
    if own.isEmpty { return "the region's" }
    return own.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: " ")
  }

  /// The type, and the receiver as far as it may be shown.
  private func kind(of channel: Channel) -> (type: String, target: String?) {
    switch channel.kind {
    case .journal: ("journal", nil)
    case .webhook(let url, _, _): ("webhook", Self.host(url))
    }
  }

  private var heartbeat: String? {
    configuration.heartbeat.map { "\(Self.host($0.url)), every \($0.every.text)" }
  }

  private static func host(_ url: SecretSource) -> String {
    guard case .plain(let text) = url else { return "\(url)" }
    return URLComponents(string: text.reveal())?.host.map { "\($0)/…" } ?? "(inline)"
  }

  /// - Parameter file: what is wanted in the directory, where it is not the directory itself.
  private func noted(_ directory: String, for file: String? = nil) -> String {
    (file ?? directory) + (willBeCreated.contains(directory) ? " (will be created)" : "")
  }
}
