import Foundation
import JobWatchCore
import JobWatchStore
import Testing

@testable import JobWatchDaemon

@Suite struct `A reload of the whole daemon` {
  struct Case: Sendable, CustomTestStringConvertible {
    var testDescription: String
    /// A part of the configuration and what takes its place.
    var change = (from: "", to: "")
    /// Another content for a file.
    var file: (name: String, text: String)?
    /// What the refusal says; empty: the reload is accepted.
    var refusal: [String] = []
    var accounts = ["prod", "calm"]
    var channels = ["a", "b"]
    var token = "one"

    var isRefused: Bool { !refusal.isEmpty }
  }

  static let calm = "  - {name: calm, region: eu-nl, "

  static let cases = [
    Case(testDescription: "of the same file"),
    Case(testDescription: "of another account", change: ("name: calm", "name: third"), accounts: ["prod", "third"]),
    Case(testDescription: "without an account", change: (calm, "  # "), accounts: ["prod"]),
    Case(testDescription: "without a channel", change: ("  - {name: b, ", "  # "), channels: ["a"]),
    Case(testDescription: "of another channel", change: ("name: b,", "name: c,"), channels: ["a", "c"]),
    Case(testDescription: "of a new secret", file: ("token", "two\n"), token: "two"),
    Case(
      testDescription: "of a file that is no YAML", change: ("accounts:", "accounts: ["), refusal: ["jobwatch.yaml:"]),
    Case(testDescription: "of an unknown key", change: ("polling:", "poling:"), refusal: ["poling", "polling"]),
    Case(
      testDescription: "of a good change and a secret that is not there",
      change: (
        "url: \"https://hooks.example/b\", secret: {file: ",
        "url: \"https://hooks.example/c\", secret: {file: /no"
      ), refusal: ["/hook", "does not exist"]),
    Case(
      testDescription: "of a secret that is none", file: ("hook", "whsec_=\n"),
      refusal: ["hook begins with whsec_ but"]),
    Case(
      testDescription: "of another state_dir", change: ("/state\n", "/else\n"),
      refusal: ["state_dir", "/else", "restart needed"]),
    Case(
      testDescription: "of another spool_dir", change: ("/spool\n", "/else\n"),
      refusal: ["spool_dir", "/else", "restart needed"]),
    Case(
      testDescription: "of another status_log", change: ("/status.log\n", "/else.log\n"),
      refusal: ["status_log", "/else.log", "restart needed"]),
  ]

  @Test func `that comes before the start is over lets it run all the same`() async throws {
    try await DaemonBench.run(reloads: 3) { bench in
      #expect(bench.lines.entries.count { $0.hasPrefix("jobwatch is running") } == 1)
    }
  }

  @Test(
    "is taken or refused as a whole, and can be taken back", .timeLimit(.minutes(10)),
    arguments: cases)
  func reload(_ row: Case) async throws {
    try await DaemonBench.run { bench in
      let base = Case(testDescription: "")
      try await expect(base, at: bench)
      let opened = bench.openedClients
      let text = bench.configuration.replacing(row.change.from, with: row.change.to)
      if !row.change.from.isEmpty { try #require(text != bench.configuration) }
      try bench.write(text, to: "jobwatch.yaml")
      if let file = row.file { try bench.write(file.text, to: file.name) }
      let line = try await bench.reload()
      if row.isRefused {
        for word in row.refusal { #expect(line.contains(word), "\(line)") }
        #expect(bench.openedClients == opened, "a configuration that is refused opens nothing")
        try await expect(base, at: bench)
      } else {
        let (accounts, channels) = (row.accounts.joined(separator: ","), row.channels.joined(separator: ","))
        #expect(line.contains("accounts=\(accounts) channels=\(channels)"), "\(line)")
        try await expect(row, at: bench)
        // One for webhooks and one for the clouds: the old ones are closed.
        #expect(bench.openedClients == opened + 2 && bench.openClients == 2)
      }
      try bench.write(bench.configuration, to: "jobwatch.yaml")
      try bench.write("one\n", to: "token")
      try bench.write("whsec_dGhlIHNlY3JldCBvZiBhIGhvb2s=\n", to: "hook")
      #expect(try await bench.reload().contains("accounts=prod,calm channels=a,b"))
      try await expect(base, at: bench)
      #expect(bench.openClients == 2)
    }
  }

  /// A job of each account is asked for with the secret, and told to the channels and no other.
  private func expect(_ row: Case, at bench: DaemonBench) async throws {
    for account in row.accounts {
      let id = try bench.submit(to: account)
      let call = try await bench.calls.first { $0.url.hasSuffix("/\(id)") }
      #expect(call.token == row.token)
      let isProd = account == "prod"
      #expect(call.url.contains(isProd ? "/of-prod/" : "/of-calm/"), "\(call.url)")
      for channel in row.channels {
        let path = channel == "c" ? "b" : channel
        _ = try await bench.calls.first {
          $0.url == "https://hooks.example/\(path)" && $0.body.contains(#""\#(id)""#)
        }
      }
      let told = bench.calls.entries.filter { $0.body.contains(#""\#(id)""#) }.map(\.url)
      #expect(Set(told).count == row.channels.count)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `parks the jobs of an account that goes, and asks again when it is back`() async throws {
    try await DaemonBench.run { bench in
      let parked = try bench.submit("long", to: "calm")
      _ = try await bench.calls.first { $0.url.hasSuffix("/\(parked)") }
      let before = bench.openedClients
      try bench.write(bench.configuration.replacing(Self.calm, with: "  # "), to: "jobwatch.yaml")
      _ = try await bench.reload()
      let other = try bench.submit(to: "prod")
      _ = try await bench.calls.first { $0.url.hasSuffix("/\(other)") }
      let after = bench.openedClients
      try bench.write(bench.configuration, to: "jobwatch.yaml")
      _ = try await bench.reload()
      _ = try await bench.calls.first { $0.url.hasSuffix("/\(parked)") && $0.client > after }
      let clients = bench.calls.entries.filter { $0.url.hasSuffix("/\(parked)") }.map(\.client)
      #expect(clients.allSatisfy { $0 <= before || $0 > after })
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `is made once for each order, however fast they come, and ends with the stop`() async throws {
    try await DaemonBench.run { bench in
      for _ in 1...3 { _ = try await bench.reload() }
      #expect(bench.openClients == 2 && bench.openedClients == 8)
      for _ in 1...5 {
        bench.orderReloads(4)
        _ = try await bench.reload()
        try await expect(Case(testDescription: ""), at: bench)
      }
    }
  }
}

@Suite struct `The life of the daemon` {
  @Test(.timeLimit(.minutes(10)))
  func `does not wait at its end for a reload that hangs`() async throws {
    let (isRead, isFree) = (AsyncStream<Void>.makeStream(), DispatchSemaphore(value: 0))
    try await DaemonBench.run { bench in
      bench.beforeRead {
        isRead.continuation.finish()
        isFree.wait()
      }
      bench.orderReloads(2)
      for await _ in isRead.stream {}
      bench.orderStop()
      // Its own clients: what was under way has ended.
      try await bench.closings.wait(count: 2)
      isFree.signal()
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `begins and ends with an event`() async throws {
    var last: DaemonBench?
    try await DaemonBench.run { bench in
      last = bench
      let id = try bench.submit(to: "prod")
      _ = try await bench.calls.first { $0.body.contains(#""\#(id)""#) }
    }
    let bench = try #require(last)
    let log = try String(contentsOfFile: bench.root + "/status.log", encoding: .utf8)
    let kinds = log.split(separator: "\n").compactMap {
      $0.firstMatch(of: /"event":"([a-z._]+)"/)?.1
    }
    #expect(kinds.first == "daemon.started" && kinds.last == "daemon.stopped")
    #expect(kinds.contains("job.succeeded"))
  }
}
