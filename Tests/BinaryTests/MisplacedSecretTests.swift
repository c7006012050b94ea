import Foundation
import JobWatchCore
import Testing

@Suite struct `A secret in the wrong place` {
  private static let secret = "kT9wZ4pQ7xR2mB8vL5nC3jH6sD1fG0aYuEiOqXbN"
  private static let url = "https://hc.example/ping/\(secret)"

  /// Where in the configuration, what stands there instead, and the path and the message that are to be said.
  private static let mistakes: [(from: String, to: String, path: String, message: String)] = [
    ("channels:", "heartbeat: \(url)\nchannels:", "heartbeat", "must be a set of keys (url"),
    ("channels:", "heartbeat: {\(url)}\nchannels:", "heartbeat", "unknown key"),
    ("channels:", "channels: \(url)\nroutes:", "channels", "must be a list, not a text"),
    ("name: oncall", "name: \"\(url)\"", "channels[0].name", "must start with"),
    ("secret_key: {", "secret_key: {\(secret), ", "accounts[0].secret_key", "unknown key"),
    ("secret_key: {", "secret_key: [\(secret)] #", "accounts[0].secret_key", "must be {file"),
    ("secret_key: {", "secret_key: {env: \(secret)} #", "secret_key.env", "must be the name"),
    ("secret_key: {", "secret_key: \(secret)\n    secret_key: {", ".yaml", "is there twice"),
    ("secret_key: {", "secret_key: [\(secret)\n    x: {", ".yaml", "is not valid YAML"),
    ("region: eu-de", "region: \(secret)", "accounts[0].region", "is no known region"),
    ("auth: aksk-otc", "auth: \(secret)", "accounts[0].auth", "is no way to log in"),
  ]

  @Test(
    "is shown by no command, nor by a daemon that refuses it, its log or its status",
    .timeLimit(.minutes(10)))
  func everywhere() async throws {
    try await Testbed.run { bed in
      let path = bed.place.configuration
      let good = try bed.place.text(of: path).replacing("endpoints:", with: "#")
      let manager = try ServiceListener(in: bed.place)
      let daemon = try await bed.startDaemon(after: manager.environment)
      for mistake in Self.mistakes {
        let bad = good.replacing(mistake.from, with: mistake.to, maxReplacements: 1)
        try #require(bad.contains(Self.secret), "\(mistake)")
        try bed.place.write(bad, to: path)
        for command in [["check"], ["check", "--json"], ["run"]] {
          let outcome = try await CommandLineTests.jobwatch(command + ["--config", path], in: bed)
          let text = outcome.output + outcome.error
          #expect(outcome.exit == .code(78))
          #expect([mistake.path, mistake.message].allSatisfy(text.contains), "\(text)")
          #expect(!text.contains(Self.secret), "\(command): \(text)")
        }
        let status = try await manager.reload(daemon).last?.status ?? ""
        #expect([mistake.path, mistake.message].allSatisfy(status.contains), "\(status)")
      }
      #expect(await daemon.terminate() == .code(0))
      #expect(!manager.log.entries.contains { $0.notice.status?.contains(Self.secret) == true })
      #expect(try bed.place.files(holding: [Self.secret]) == [])
    }
  }
}
