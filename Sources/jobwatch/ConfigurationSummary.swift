import CloudAPI
import Foundation
import JobWatchConfiguration

/// What is configured, for people and for `--json`. It holds no secret, nor the path of a webhook's URL, which often is
/// one.
struct ConfigurationSummary {
  let configuration: Configuration
  /// Missing directories that the daemon makes when it starts.
  let willBeCreated: [String]

  var json: JSONObject {
    let accounts = configuration.accounts.map { account -> JSONObject in
      [
        "name": account.name, "region": account.region,
        // Left out where it is looked up.
        "project_id": account.projectID, "auth": account.authentication.rawValue,
        // By service, `iam` and `metadata` among them.
        "endpoints": endpoints(of: account),
      ]
    }
    let channels = configuration.channels.map { channel -> JSONObject in
      ["name": channel.name, "type": type(of: channel), "target": target(of: channel)]
    }
    return [
      "accounts": accounts, "channels": channels, "routes": configuration.routes.count,
      "state_dir": configuration.stateDirectory, "spool_dir": configuration.spoolDirectory,
      "status_log": configuration.statusLog, "will_be_created": willBeCreated,
      "heartbeat": heartbeat,
    ]
  }

  var text: String {
    let accounts = configuration.accounts.map { account in
      [
        account.name, account.region, account.authentication.rawValue,
        changedEndpoints(of: account),
      ]
    }
    let channels = configuration.channels.map { [$0.name, type(of: $0), target(of: $0) ?? ""] }
    let (routes, log) = (configuration.routes.count, configuration.statusLog)
    let rest = [
      ["routes", routes == 0 ? "none: journal all, webhooks all but progress" : "\(routes)"],
      ["state", noted(configuration.stateDirectory)],
      ["spool", noted(configuration.spoolDirectory)],
      ["status log", noted((log as NSString).deletingLastPathComponent, for: log)],
      ["heartbeat", heartbeat ?? "none"],
    ]
    let tables = [
      [["ACCOUNT", "REGION", "AUTH", "ENDPOINTS"]] + accounts,
      [["CHANNEL", "TYPE", "TARGET"]] + channels, rest,
    ]
    return tables.map { TextTable(rows: $0).text }.joined(separator: "\n\n") + "\n"
  }

  private func endpoints(of account: Account) -> [String: String] {
    let names = CloudService.all.map(\.name) + ["iam", "metadata"]
    return Dictionary(
      uniqueKeysWithValues: names.compactMap { name in account.endpoint(of: name).map { (name, $0) }
      }
    )
  }

  /// Those that are not the region's own: the others would fill a page.
  private func changedEndpoints(of account: Account) -> String {
    let own = endpoints(of: account).filter {
      $0.value != Endpoints.defaultEndpoint(service: $0.key, region: account.region)
    }
    if own.isEmpty { return "the region's" }
    return own.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: " ")
  }

  private func type(of channel: Channel) -> String {
    switch channel.kind {
    case .journal: "journal"
    case .webhook: "webhook"
    }
  }

  /// The receiver, as far as it may be shown.
  private func target(of channel: Channel) -> String? {
    switch channel.kind {
    case .journal: nil
    case .webhook(let url, _): Self.host(url)
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
