import CloudAPI
import Foundation
import JobWatchDaemon

/// What is configured, for people and for `--json`. Holds no secret, nor the path of a webhook, which often
/// is one.
struct ConfigurationSummary: Encodable {
  struct AccountLine: Encodable {
    let name: String
    let region: String
    /// Nil where it is looked up.
    let projectID: String?
    let auth: String
    /// By service, `iam` and `metadata` among them.
    let endpoints: [String: String]

    /// Those that are not the region's own: the others would fill a page.
    var configured: String {
      let own = endpoints.filter {
        $0.value != Endpoints.defaultEndpoint(service: $0.key, region: region)
      }
      if own.isEmpty { return "the region's" }
      return own.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }.joined(separator: " ")
    }
  }

  struct ChannelLine: Encodable {
    let name: String
    let type: String
    /// Where it sends to, as far as may be shown.
    let target: String?
  }

  let accounts: [AccountLine]
  let channels: [ChannelLine]
  /// How many there are.
  let routes: Int
  let stateDir: String
  let spoolDir: String
  let statusLog: String
  /// Directories that are missing, and that the daemon makes when it starts.
  let willBeCreated: [String]
  /// What is called while jobwatch is well, as far as it may be shown.
  let heartbeat: String?

  init(_ configuration: Configuration, willBeCreated: [String]) {
    self.willBeCreated = willBeCreated
    accounts = configuration.accounts.map { account in
      let names = CloudService.all.map(\.name) + ["iam", "metadata"]
      let endpoints = names.compactMap { name in account.endpoint(of: name).map { (name, $0) } }
      return AccountLine(
        name: account.name, region: account.region, projectID: account.projectID,
        auth: account.authentication.rawValue,
        endpoints: Dictionary(uniqueKeysWithValues: endpoints))
    }
    channels = configuration.channels.map(Self.channel)
    routes = configuration.routes.count
    stateDir = configuration.stateDirectory
    spoolDir = configuration.spoolDirectory
    statusLog = configuration.statusLog
    heartbeat = configuration.heartbeat.map { "\(Self.target($0.url)), every \($0.every.text)" }
  }

  private static func channel(_ channel: Channel) -> ChannelLine {
    switch channel.kind {
    case .journal: ChannelLine(name: channel.name, type: "journal", target: nil)
    case .webhook(let url, _):
      ChannelLine(name: channel.name, type: "webhook", target: target(url))
    }
  }

  private static func target(_ url: SecretSource) -> String {
    guard case .plain(let text) = url else { return "\(url)" }
    return URLComponents(string: text.reveal())?.host.map { "\($0)/…" } ?? "(inline)"
  }

  /// - Parameter file: what is wanted in the directory, where it is not the directory itself.
  private func noted(_ directory: String, for file: String? = nil) -> String {
    (file ?? directory) + (willBeCreated.contains(directory) ? " (will be created)" : "")
  }

  var table: String {
    var rows = [["ACCOUNT", "REGION", "AUTH", "ENDPOINTS"]]
    for account in accounts {
      rows.append([account.name, account.region, account.auth, account.configured])
    }
    let accountTable = TextTable(rows: rows).text
    let channelRows = channels.map { [$0.name, $0.type, $0.target ?? ""] }
    let channelTable = TextTable(rows: [["CHANNEL", "TYPE", "TARGET"]] + channelRows).text
    let rest = TextTable(rows: [
      ["routes", routes == 0 ? "none: journal all, webhooks all but progress" : "\(routes)"],
      ["state", noted(stateDir)], ["spool", noted(spoolDir)],
      ["status log", noted((statusLog as NSString).deletingLastPathComponent, for: statusLog)],
      ["heartbeat", heartbeat ?? "none"],
    ]).text
    return [accountTable, channelTable, rest].joined(separator: "\n\n") + "\n"
  }
}
