import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport

/// The directory of one daemon: configuration, secrets, state, spool and log. It goes when the last
/// reference to it does.
final class Workplace: Sendable {
  static let projectID = "0605767b5780d5762fc5c0118072a564"
  static let accessKey = "AKTESTTESTTESTTEST01"
  static let secretKey = "a-secret-key-of-no-account-anywhere"
  static let hookSecret = "whsec_dGhlLXNlY3JldC1vZi10aGUtYmluYXJ5LXRlc3Rz"

  private let scratch: TemporaryDirectory
  var root: String { scratch.path }

  var configuration: String { root + "/jobwatch.yaml" }
  var secretKeyFile: String { root + "/secret_key" }
  var stateDirectory: String { root + "/state" }
  var database: String { stateDirectory + "/jobwatch.db" }
  var incoming: String { root + "/spool/incoming" }
  var rejected: String { root + "/spool/rejected" }
  var logDirectory: String { root + "/log" }
  var statusLog: String { logDirectory + "/status.log" }
  /// What every run of the daemon wrote on standard error.
  var standardError: String { root + "/stderr" }

  init() throws {
    scratch = try TemporaryDirectory()
    for name in ["state", "spool", "log"] {
      try FileManager.default.createDirectory(
        atPath: "\(scratch.path)/\(name)", withIntermediateDirectories: false, attributes: [.posixPermissions: 0o700])
    }
  }

  /// Writes the smallest useful configuration, for both services and two channels, with what a test
  /// adds: to the account, and at the top level, each a key and its value in YAML.
  /// - Parameter login: how the account logs in, instead of by its key; nil: by its key. `ROOT` stands for the workplace.
  func configure(
    cloud: String, hooks: [String], login: [String: String]? = nil, account: [String: String] = [:],
    keys: [String: String] = [:]
  ) throws {
    let key = [
      "project_id": Self.projectID, "auth": "aksk-otc",
      "access_key": "{file: \(root)/access_key}", "secret_key": "{file: \(secretKeyFile)}",
    ]
    let account = account.merging(login ?? key) { own, _ in own }.map {
      "    \($0.key): \($0.value.replacing("ROOT", with: root))"
    }
    let channels = hooks.enumerated().map { number, url in
      let name = number == 0 ? "oncall" : "oncall\(number + 1)"
      return "  - {name: \(name), type: webhook, url: \"\(url)/hook\", " + "secret: {file: \(root)/hook_secret}}"
    }
    let endpoints = (CloudService.all.map(\.name) + ["iam", "metadata"])
      .map { "\($0): \"\(cloud)\"" }
    let text = """
      state_dir: \(stateDirectory)
      spool_dir: \(root)/spool
      status_log: \(statusLog)
      accounts:
        - name: prod
          region: eu-de
          endpoints: {\(endpoints.joined(separator: ", "))}
      \(account.sorted().joined(separator: "\n"))
      channels:
      \(channels.joined(separator: "\n"))
        - {name: journal, type: journal}
      \(keys.map { "\($0.key): \($0.value)" }.sorted().joined(separator: "\n"))

      """
    try write(text, to: configuration)
    try write(Self.accessKey + "\n", to: root + "/access_key")
    try write(Self.secretKey + "\n", to: secretKeyFile)
    try write(Self.hookSecret + "\n", to: root + "/hook_secret")
  }

  func write(_ text: String, to path: String) throws {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  }

  /// As a submitter does it: under a temporary name first, then renamed.
  func drop(_ text: String, as name: String) throws { try drop(Array(text.utf8), as: Array(name.utf8)) }

  /// `name` need not be text.
  func drop(_ content: [UInt8], as name: [UInt8]) throws {
    let temporary = "\(incoming)/.\(UUID().uuidString).tmp"
    try Data(content).write(to: URL(fileURLWithPath: temporary))
    let target = (Array((incoming + "/").utf8) + name + [0]).map { CChar(bitPattern: $0) }
    guard rename(temporary, target) == 0 else { throw SystemFailure("rename", errno) }
  }

  /// The names in a directory, in order, those of hidden files included.
  func names(in directory: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: directory).sorted()
  }

  /// The files that jobwatch wrote, database and logs, in which any of `texts` stands.
  func files(holding texts: [String]) throws -> [String] {
    let needles = texts.map { Data($0.utf8) }
    let names =
      ["stdout", "stderr"]
      + ["state", "spool", "log"].flatMap { directory in
        (FileManager.default.enumerator(atPath: "\(root)/\(directory)")?.compactMap {
          $0 as? String
        }
          ?? []).map { "\(directory)/\($0)" }
      }
    return try names.filter { name in
      var isDirectory: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: "\(root)/\(name)", isDirectory: &isDirectory)
      guard exists, !isDirectory.boolValue else { return false }
      let content = try Data(contentsOf: URL(fileURLWithPath: "\(root)/\(name)"))
      return needles.contains { content.range(of: $0) != nil }
    }
  }

  func text(of path: String) throws -> String {
    String(decoding: try Data(contentsOf: URL(fileURLWithPath: path)), as: UTF8.self)
  }
}
