import CloudAPI
import Foundation
import JobWatchCore
import Yams

/// A configuration that can be used, and what the reading of its file found.
package struct DecodedConfiguration: Sendable {
  /// For messages.
  package var file: String
  package var value: Configuration
  package var warnings: [ConfigurationProblem] = []
  /// Every secret that the file names, unread.
  package var secrets: [SecretReference] = []
  package var marks: [String: ConfigurationMark] = [:]
}

extension DecodedConfiguration {
  package init(_ value: Configuration) { self.init(file: "the configuration", value: value) }
}

/// Reads the operator's YAML file into a `Configuration`. It walks the parsed tree, because `Codable` stops at the
/// first mistake and forgets the line.
package enum ConfigurationFile {
  package static let defaultPath = "/etc/jobwatch/jobwatch.yaml"
  /// Bytes. A thousand routes fit; more is another file by mistake.
  package static let sizeLimit = 1 << 20

  private static let keys = [
    "state_dir", "spool_dir", "status_log", "accounts", "channels", "routes", "polling", "services",
    "absence", "expiry", "delivery", "breaker", "probes", "keep", "heartbeat",
  ]

  /// Reads and decodes the file at `path`. Secrets stay unread.
  package static func read(path: String) throws(ConfigurationError) -> DecodedConfiguration {
    try decode(bytes(path), path: path)
  }

  /// Decodes the content of a file; `path` is for messages.
  package static func decode(
    _ bytes: some Collection<UInt8>, path: String
  ) throws(ConfigurationError) -> DecodedConfiguration {
    let notes = ProblemCollector()
    let root: Node
    do {
      root = try ConfigurationText.tree(bytes)
    } catch {
      throw ConfigurationError(file: path, problems: [error])
    }
    let value = walk(Setting(node: root, path: "", notes: notes))
    if notes.hasErrors { throw ConfigurationError(file: path, problems: notes.inOrder) }
    return DecodedConfiguration(
      file: path, value: value, warnings: notes.inOrder, secrets: notes.secrets, marks: notes.marks)
  }

  private static func walk(_ root: Setting) -> Configuration {
    var value = Configuration()
    guard let section = root.section(keys) else { return value }
    if section.isEmpty { root.fail("no key of a jobwatch configuration is here: is this the right file?") }
    set(&value.stateDirectory, section["state_dir"]?.absolutePath())
    set(&value.spoolDirectory, section["spool_dir"]?.absolutePath())
    set(&value.statusLog, section["status_log"]?.absolutePath())
    set(&value.keep, section["keep"]?.duration(.minutes(1) ... .days(3650)))
    set(&value.probes.steps, section["probes"]?.durations(1...20, .milliseconds(10) ... .days(1)))
    if let polling = section["polling"] { value.readPolling(polling) }
    if let services = section["services"] { value.readServices(services) }
    if let absence = section["absence"] { value.readAbsence(absence) }
    if let expiry = section["expiry"] { value.readExpiry(expiry) }
    if let delivery = section["delivery"] { value.readDelivery(delivery) }
    if let breaker = section["breaker"] { value.readBreaker(breaker) }
    if let heartbeat = section["heartbeat"] { value.readHeartbeat(heartbeat) }
    readPeople(section, into: &value)
    return value
  }

  /// Reads accounts, channels and routes, which refer to each other by name.
  private static func readPeople(_ section: Section, into value: inout Configuration) {
    let accounts = section.required("accounts", "name at least one, with its region and credentials")
    value.accounts = accounts.map(AccountSettings.read) ?? []
    let channels = section["channels"].map(ChannelSettings.read) ?? ChannelSettings()
    value.channels = channels.channels
    let routes = RouteSettings(accounts: value.accounts.map(\.name), channels: channels)
    value.routes = section["routes"].map(routes.read) ?? []
  }

  private static func bytes(_ path: String) throws(ConfigurationError) -> Data {
    do {
      return try WrittenFile.bytes(at: path, limit: sizeLimit)
    } catch {
      throw ConfigurationError(file: path, problems: [ConfigurationProblem(reason(error))])
    }
  }

  private static func reason(_ fault: WrittenFile.Fault) -> String {
    switch fault {
    case .missing:
      "does not exist: create it (config/jobwatch.yaml is a template), or name another with --config"
    case .denied:
      "may not be read by this user: run the command as root or as the user jobwatch, or let the "
        + "file's group read it"
    case .tooLarge: ConfigurationText.tooLarge
    case .unreadable(let reason): "cannot be read: \(reason)"
    }
  }
}
