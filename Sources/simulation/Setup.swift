import CloudAPI
import CloudModel
import Foundation
import JobWatchCore

/// What the operator has set up: accounts, channels and routes, as a configuration file with its secrets, and as the
/// oracle understands them.
struct Setup {
  struct Account {
    var name: String
    /// How it logs in, by the name in the configuration.
    var auth: String
    var services: [CloudService]
    var projectID: String
    /// The quota that the configuration states; nil: the daemon has to learn it.
    var quota: Quota?

    /// Hosts besides its services': they hand out what it logs in with.
    var helpers: [String] { ["password": ["iam"], "agency": ["metadata"]][auth] ?? [] }

    func host(of service: String) -> String { Setup.host(of: service, in: name) }
  }

  static func host(of service: String, in account: String) -> String { "\(service).\(account).cloud.example" }

  struct Channel {
    var name: String
    /// Nil: the journal.
    var secret: String?
    /// A part of its address that nobody else may know.
    var token = ""
    var host: String { "\(name).hooks.example" }
    var isWebhook: Bool { secret != nil }
  }

  struct Route {
    var events: [EventKind]?
    var accounts: [String]?
    var labels: [String: String] = [:]
    var channels: [String]
  }

  /// Everything below is the machine's; `disk` is what a power cut can spoil.
  let directory: String
  var accounts: [Account]
  var channels: [Channel]
  var routes: [Route]
  /// How long what is over stays on record.
  var keep = Duration.days(90)
  /// Of ECS, where a cloud keeps its records for a shorter time than documented.
  var retention: RetentionPolicy?
  /// When a job counts as stuck; nil: never.
  var stuckAfter: Duration?
  /// The waits before the attempts for a message. The product's own are written again here: no judge asks it.
  var delays: [Duration] = [
    .zero, .seconds(5), .seconds(30), .minutes(2), .minutes(10), .minutes(30), .hours(2), .hours(5), .hours(10),
    .hours(24),
  ]
  /// An account or a channel that is out of the configuration for a while.
  var away: String?
  /// How many times as many jobs as usual begin: where little happens, nothing wakes a worker but its own alarm.
  var traffic = 1.0
  /// The text of each secret, by the name of its file; a secret is replaced by writing the file.
  var secrets: [String: String] = [:]
  /// Those that were replaced.
  var retired: [String] = []
  var identity = SimulatedIdentity()
  var keys: [AccessKey] = []
  var tokens: Set<Secret> = []

  var disk: String { directory + "/disk" }
  var etc: String { directory + "/etc" }
  var configuration: String { etc + "/jobwatch.yaml" }
  var database: String { disk + "/state/jobwatch.db" }
  var statusLog: String { disk + "/log/status.log" }
  var incoming: String { disk + "/spool/incoming" }
  var rejected: String { disk + "/spool/rejected" }

  init(seed: UInt64, directory: String) {
    var draw = Draw(seed: seed, for: "setup")
    self.directory = directory
    var services = CloudService.all.shuffled(using: &draw)
    // Of ECS all is documented: it is always there.
    services.removeAll { $0 == .ecs }
    services.append(.ecs)
    let ways = ["aksk", "aksk-otc", "token", "password", "agency"].shuffled(using: &draw).prefix(draw.number(2...4))
    accounts = []
    for (index, auth) in ways.enumerated() {
      let own = (0..<(index == 0 ? 3 : 2)).compactMap { _ in services.popLast() }
      let quota = draw.chance(0.5) ? Quota(calls: draw.number(60...600), per: .seconds(60)) : nil
      accounts.append(Account(name: "a\(index)", auth: auth, services: own, projectID: draw.digits(32), quota: quota))
    }
    channels = [Channel(name: "journal", secret: nil)]
    for index in 0..<draw.number(1...2) {
      channels.append(
        Channel(name: "hook\(index)", secret: "s3cret-of-hook-" + draw.digits(24), token: "t0ken-" + draw.digits(24)))
    }
    routes = Self.routes(accounts, channels, &draw)
    if draw.chance(0.25) { keep = .hours(10) }
    if draw.chance(0.5) { retention = RetentionPolicy(finished: .hours(8), unpaid: .hours(30)) }
    if draw.chance(0.3) { stuckAfter = .hours(2) }
    for account in accounts { makeSecrets(of: account, &draw) }
    traffic = draw.pick([0.1, 1, 1])
    if draw.chance(0.25) { delays = [.zero, .seconds(30), .minutes(5), .minutes(40)] }
  }

  /// None in a third of the seeds: then the journal gets every event, and webhooks all but progress.
  static func routes(_ accounts: [Account], _ channels: [Channel], _ draw: inout Draw) -> [Route] {
    if draw.chance(0.34) { return [] }
    return (0..<draw.number(1...4)).map { _ in
      var route = Route(channels: Array(Set([draw.pick(channels).name, draw.pick(channels).name])).sorted())
      if draw.chance(0.5) {
        route.events = Array(EventKind.allCases.shuffled(using: &draw).prefix(draw.number(3...20)))
      }
      if draw.chance(0.3) { route.accounts = [draw.pick(accounts).name] }
      if draw.chance(0.2) { route.labels = ["team": draw.pick(["web", "db"])] }
      return route
    }
  }

  private mutating func makeSecrets(of account: Account, _ draw: inout Draw) {
    identity.projects[account.projectID] = "project-\(account.name)"
    switch account.auth {
    case "aksk", "aksk-otc":
      let key = AccessKey(access: "AK" + draw.digits(18).uppercased(), secret: Secret("sk-" + draw.digits(37)))
      keys.append(key)
      secrets["\(account.name).ak"] = key.access
      secrets["\(account.name).sk"] = key.secret.reveal()
    case "token":
      let token = Secret("MII" + draw.digits(60))
      tokens.insert(token)
      secrets["\(account.name).token"] = token.reveal()
    case "password":
      let user = PasswordUser(name: "watcher", password: Secret("pw-" + draw.digits(24)), domainName: "OTC-EU-DE")
      identity.users.append(user)
      secrets["\(account.name).password"] = user.password.reveal()
    default: break
    }
  }

  /// What must never be read anywhere but in the file of the secret and in requests to its own host.
  var secretTexts: [String] {
    secrets.filter { !$0.key.hasSuffix(".ak") }.map(\.value) + retired
      + channels.flatMap { [$0.secret ?? "", $0.token] }.filter { !$0.isEmpty }
  }

  // MARK: The file

  func write() throws {
    for folder in [directory, disk, etc, disk + "/state", disk + "/spool", disk + "/log"] {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }
    for (name, text) in secrets { try Data(text.utf8).write(to: URL(fileURLWithPath: "\(etc)/\(name)")) }
    for channel in channels {
      guard let secret = channel.secret else { continue }
      try Data(secret.utf8).write(to: URL(fileURLWithPath: "\(etc)/\(channel.name).secret"))
    }
    try Data(yaml.utf8).write(to: URL(fileURLWithPath: configuration))
  }

  /// The configuration without `away`, and without routes that are left with no channel or no account.
  var present: Setup {
    guard let away else { return self }
    var setup = self
    setup.away = nil
    setup.accounts.removeAll { $0.name == away }
    setup.channels.removeAll { $0.name == away }
    setup.routes = routes.compactMap { route in
      var route = route
      route.channels.removeAll { $0 == away }
      route.accounts?.removeAll { $0 == away }
      return route.channels.isEmpty || route.accounts?.isEmpty ?? false ? nil : route
    }
    return setup
  }

  var yaml: String {
    if away != nil { return present.yaml }
    var lines = [
      "state_dir: \(disk)/state", "spool_dir: \(disk)/spool", "status_log: \(statusLog)", "accounts:",
    ]
    for account in accounts {
      lines.append("  - name: \(account.name)\n    region: eu-de\n    auth: \(account.auth)")
      lines.append("    project_id: \(account.projectID)")
      switch account.auth {
      case "aksk", "aksk-otc":
        lines.append(
          "    access_key: {file: \(etc)/\(account.name).ak}\n    secret_key: {file: \(etc)/\(account.name).sk}")
      case "token": lines.append("    token: {file: \(etc)/\(account.name).token}")
      case "password":
        lines.append("    username: watcher\n    password: {file: \(etc)/\(account.name).password}")
        lines.append("    domain_name: OTC-EU-DE")
      default: break
      }
      if let told = account.quota { lines.append("    quota: {calls: \(told.calls), per: \(told.per.text)}") }
      let hosts = (account.services.map(\.name) + account.helpers).map { "\($0): https://\(account.host(of: $0))" }
      lines.append("    endpoints: {\(hosts.joined(separator: ", "))}")
    }
    lines.append("keep: \(keep.text)")
    if let finished = retention?.finished, let unpaid = retention?.unpaid {
      lines.append("services: {ecs: {retention: \(finished.text), unpaid_retention: \(unpaid.text)}}")
    }
    if let stuckAfter { lines.append("polling: {stuck_after: \(stuckAfter.text)}") }
    lines.append("delivery: {delays: [\(delays.map(\.text).joined(separator: ", "))]}")
    lines.append("channels:")
    for channel in channels {
      let kind =
        channel.isWebhook
        ? "type: webhook, url: https://\(channel.host)/\(channel.token), secret: {file: \(etc)/\(channel.name).secret}"
        : "type: journal"
      lines.append("  - {name: \(channel.name), \(kind)}")
    }
    lines.append(routes.isEmpty ? "routes: []" : "routes:")
    for route in routes {
      var parts = ["channels: [\(route.channels.joined(separator: ", "))]"]
      if let events = route.events { parts.append("events: [\(events.map(\.rawValue).joined(separator: ", "))]") }
      if let accounts = route.accounts { parts.append("accounts: [\(accounts.joined(separator: ", "))]") }
      if !route.labels.isEmpty {
        parts.append("labels: {\(route.labels.map { "\($0.key): \($0.value)" }.joined(separator: ", "))}")
      }
      lines.append("  - {\(parts.joined(separator: ", "))}")
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
