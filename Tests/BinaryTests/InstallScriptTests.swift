import Foundation
import TestSupport
import Testing

/// `systemd/install.sh` below a directory, as packages are made; on a system itself it needs root and systemd.
@Suite struct `Installing by the script` {
  private static let sources = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../").standardized.path
  private static let configuration = "/etc/jobwatch/jobwatch.yaml"

  private let place: Workplace
  private var target: String { place.root + "/target" }

  init() throws {
    place = try Workplace()
  }

  @Test("puts every file where its reader looks, under PREFIX", .timeLimit(.minutes(10)))
  func layout() async throws {
    try await run(prefix: "/opt/jw")
    let pages = try ManualPage.all.map { "/opt/jw/share/man/man\($0.name.suffix(1))/\($0.name).gz" }
    let other = [
      "bin/jobwatch", "lib/systemd/system/jobwatch.service", "lib/systemd/catalog/jobwatch.catalog",
      "lib/sysusers.d/jobwatch.conf", "lib/tmpfiles.d/jobwatch.conf",
      "share/bash-completion/completions/jobwatch", "share/zsh/site-functions/_jobwatch",
      "share/fish/vendor_completions.d/jobwatch.fish", "share/doc/jobwatch/README.md",
      "share/doc/jobwatch/event.schema.json", "share/doc/jobwatch/examples/jobwatch.yaml",
      "share/doc/jobwatch/examples/jobwatch.logrotate",
      "share/doc/jobwatch/examples/jobwatch-ip-allow.conf",
      "share/doc/jobwatch/examples/jobwatch-lease.conf",
    ].map { "/opt/jw/" + $0 }
    let edited = [Self.configuration, "/etc/logrotate.d/jobwatch"]
    #expect(try files() == Set(pages + other + edited))
    let unit = try text("/opt/jw/lib/systemd/system/jobwatch.service")
    #expect(unit.contains("ExecStart=/opt/jw/bin/jobwatch run"))
    #expect(!unit.contains("/usr/bin/jobwatch"))
    let check = try await ChildProcess.run(["--version"], program: target + "/opt/jw/bin/jobwatch")
    #expect(check.exit == .code(0))
  }

  @Test("keeps a configuration that was edited, and lays the new one beside it")
  func upgrade() async throws {
    try await run()
    try await run()
    #expect(try !files().contains(Self.configuration + ".new"))
    try Data("accounts: []\n".utf8).write(to: URL(filePath: target + Self.configuration))
    try await run()
    #expect(try text(Self.configuration) == "accounts: []\n")
    let shipped = try String(contentsOfFile: Self.sources + "/config/jobwatch.yaml", encoding: .utf8)
    #expect(try text(Self.configuration + ".new") == shipped)
  }

  @Test("takes back what it installed, and the configuration only when asked to")
  func uninstall() async throws {
    try await run()
    try await run(["uninstall"])
    #expect(try files() == [Self.configuration, "/etc/logrotate.d/jobwatch"])
    try await run(["uninstall", "--purge"])
    #expect(try files().isEmpty)
  }

  private func run(_ arguments: [String] = [], prefix: String = "/usr") async throws {
    let script = try await ChildProcess.run(
      [
        "DESTDIR=\(target)", "PREFIX=\(prefix)", "BINARY=\(try ChildProcess.binary())",
        Self.sources + "/systemd/install.sh",
      ] + arguments, program: "/usr/bin/env")
    #expect(script.exit == .code(0))
    #expect(script.error.isEmpty, "\(script.error)")
  }

  private func text(_ path: String) throws -> String { try String(contentsOfFile: target + path, encoding: .utf8) }

  /// Every file below the target, as the system that it is for will name it.
  private func files() throws -> Set<String> {
    let paths = try FileManager.default.subpathsOfDirectory(atPath: target)
    var isFolder: ObjCBool = false
    return Set(
      paths.filter {
        FileManager.default.fileExists(atPath: "\(target)/\($0)", isDirectory: &isFolder) && !isFolder.boolValue
      }.map { "/" + $0 })
  }
}
