import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@Suite struct `check --online` {
  @Test(.timeLimit(.minutes(10)))
  func `finds everything in order and asks for little`() async throws {
    try await Testbed.run { bed in
      let all = Set(CloudService.all.map(\.name))
      let check = try await OnlineCheckRun(bed)
      #expect(check.exit == .code(0), "\(check.output)")
      #expect(check.findings.allSatisfy { $0.result == "ok" })
      let steps = ["connection", "clock", "credential", "permission"]
      #expect(check.findings.filter { $0.service == "ecs" || $0.service == nil }.map(\.step) == steps)
      let permitted = check.findings.filter { $0.step == "permission" }.compactMap(\.service)
      #expect(Set(permitted) == all, "each has an endpoint in the configuration")
      #expect(check.output.contains("in order"))
      #expect(bed.cloud.log.entries.count { $0.service != nil } == all.count)
      #expect(bed.cloud.refusedCalls.isEmpty)

      let json = try await OnlineCheckRun(bed, ["--json"])
      #expect(json.exit == .code(0))
      let report = try json.report
      #expect(report.ok)
      #expect(report.online?.map(\.account) == ["prod"])
      #expect(report.online?.first?.findings.map(\.step) == check.findings.map(\.step))
      let one = try await OnlineCheckRun(bed, ["--json", "--service", "dcs"]).report
      #expect(Set(one.online?.first?.findings.compactMap(\.service) ?? []) == ["dcs"])
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `tries a refused key once, whatever there is to ask`() async throws {
    try await Testbed.run { bed in
      try bed.place.write("not-the-secret-key\n", to: bed.place.secretKeyFile)
      try bed.place.addAccount("twin")
      let check = try await OnlineCheckRun(bed)
      #expect(check.exit == .code(1))
      let refused = try #require(check.finding("credential", account: "prod"))
      #expect(refused.result == "FAILED")
      #expect(refused.detail.contains("APIGW.0301"))
      #expect(refused.cure?.contains(bed.place.secretKeyFile) == true)
      let dcs = try #require(check.finding("permission", service: "dcs", account: "prod"))
      #expect(dcs.result == "skipped" && dcs.detail.contains("five refusals"))
      let twin = try #require(check.finding("credential", account: "twin"))
      #expect(twin.result == "skipped" && twin.detail.contains("refused at account prod"))
      #expect(bed.cloud.refusedCalls.count == 1)
      for secret in ["not-the-secret-key", Workplace.accessKey] {
        #expect(!check.output.contains(secret) && !check.error.contains(secret))
      }
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `logs in with a password, once if it is wrong`() async throws {
    let password = "a-password-of-nobody"
    let login = [
      "auth": "password", "username": "watcher", "password": "{file: ROOT/secret_key}",
      "domain_name": "domain",
    ]
    let identity = SimulatedIdentity(
      users: [PasswordUser(name: "watcher", password: Secret(password), domainName: "domain")],
      projects: [Workplace.projectID: "eu-de"])
    try await Testbed.run(.init(login: login, identity: identity)) { bed in
      try bed.place.write(password, to: bed.place.secretKeyFile)
      try bed.place.addAccount("twin")
      let good = try await OnlineCheckRun(bed)
      #expect(good.exit == .code(0), "\(good.output)\(good.error)")
      let credential = try #require(good.finding("credential"))
      #expect(credential.detail.contains("accepted, good for "))
      #expect(credential.detail.contains("project \(Workplace.projectID)"))
      #expect(good.finding("permission", service: "dcs", account: "twin")?.result == "ok")

      try bed.place.write("not-the-password\n", to: bed.place.secretKeyFile)
      let bad = try await OnlineCheckRun(bed)
      #expect(bad.exit == .code(1))
      let refused = try #require(bad.finding("credential"))
      #expect(refused.result == "FAILED", "\(refused)")
      #expect(refused.cure?.contains(bed.place.secretKeyFile) == true)
      #expect(bad.finding("permission", service: "ecs") == nil)
      #expect(bad.finding("credential", account: "twin")?.result == "skipped")
      #expect(bed.cloud.refusedCalls.count == 1)
      for output in [good.output, bad.output] { #expect(!output.contains("password-of")) }
    }
  }

  struct Trouble: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var fault: (Fault, CloudService)?
    /// In the configuration.
    var change: (from: String, to: String)?
    var step: String
    var service: String?
    var result = "FAILED"
    var words: [String]
    var cure: String
  }

  private static let unlisted = #"{"error_code":"DCS.9999","error_msg":"Which job?"}"#

  @Test(
    "says at which step it ends, and what to do", .timeLimit(.minutes(10)),
    arguments: [
      Trouble(
        testDescription: "another project", change: (Workplace.projectID, "0605ffff"),
        step: "permission", service: "ecs", words: ["Common.0018"],
        cure: "correct project_id: the credential does not belong to project 0605ffff"),
      Trouble(
        testDescription: "a forbidden service", fault: (.forbidden, .dcs), step: "permission",
        service: "dcs", words: ["Pdp.0001", "Policy does not allow"],
        cure: "grant the account's user, or agency, the action dcs:job:get"),
      Trouble(
        testDescription: "nothing published", fault: (.unpublished, .ecs), step: "permission",
        service: "ecs", words: ["APIGW.0101"], cure: "endpoints: {ecs: …}"),
      Trouble(
        testDescription: "throttled", fault: (.flowLimited, .ecs), step: "permission",
        service: "ecs", result: "warning", words: ["Common.0024", "reached"], cure: "quota"),
      Trouble(
        testDescription: "an unlisted word for no such job",
        fault: (.instead(Reply(status: 404, body: Array(unlisted.utf8))), .dcs), step: "permission",
        service: "dcs", result: "warning", words: ["HTTP 404", "DCS.9999"], cure: "documentation"),
      Trouble(
        testDescription: "a portal", fault: (.page(status: 200), .ecs), step: "permission",
        service: "ecs", words: ["HTML page"], cure: "what answers in its place"),
      Trouble(
        testDescription: "out of order", fault: (.unavailable, .dcs), step: "permission",
        service: "dcs", words: ["HTTP 503"], cure: "ask again later"),
      Trouble(
        testDescription: "an unknown host",
        change: ("{ecs: \"http://127.0.0.1", "{ecs: \"https://nowhere.invalid"), step: "name",
        service: "ecs", words: ["nowhere.invalid"], cure: "(DNS)"),
    ])
  func trouble(_ trouble: Trouble) async throws {
    try await Testbed.run { bed in
      if let (fault, service) = trouble.fault { bed.cloud.set(fault, for: service) }
      if let (from, to) = trouble.change { try bed.place.change(from, to) }
      let check = try await OnlineCheckRun(bed)
      let isBad = trouble.result == "FAILED"
      #expect(check.exit == .code(isBad ? 1 : 0), "\(check.output)\(check.error)")
      let finding = try #require(check.finding(trouble.step, service: trouble.service), "\(check.output)")
      #expect(finding.result == trouble.result)
      for word in trouble.words { #expect(finding.detail.contains(word), "\(finding)") }
      #expect((finding.cure ?? "").contains(trouble.cure), "\(finding)")
      for bad in check.findings where ["FAILED", "warning"].contains(bad.result) { #expect(bad.cure != nil, "\(bad)") }
    }
  }

  @Test(.timeLimit(.minutes(10)), arguments: [Duration.minutes(20), .minutes(-3)])
  func `tells of a clock that is wrong and allows for it`(skew: Duration) async throws {
    try await Testbed.run { bed in
      bed.cloud.clockSkew = skew
      let check = try await OnlineCheckRun(bed)
      #expect(check.exit == .code(0), "\(check.output)")
      let clock = try #require(check.finding("clock", service: "ecs"))
      #expect(clock.result == "warning")
      // The date of the answer has whole seconds, and the answer takes its time.
      #expect(clock.detail.contains(skew > .zero ? "behind the cloud" : "ahead of the cloud"))
      #expect(clock.detail.contains(skew > .zero ? "this host is 19 m 5" : "this host is 3 m"))
      #expect(clock.cure?.contains("NTP") == true)
      #expect(check.finding("permission", service: "dcs")?.result == "ok")
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `waits some seconds for an answer, and not for one service because of another`() async throws {
    try await Testbed.run { bed in
      bed.cloud.set(.hang, for: .dcs)
      let check = try await OnlineCheckRun(bed)
      #expect(check.lifetime < .seconds(20))
      #expect(check.exit == .code(1))
      let dcs = try #require(check.finding("permission", service: "dcs"), "\(check.output)")
      #expect(dcs.detail.contains("http://127.0.0.1:") && dcs.detail.contains("no answer in time"))
      #expect(check.findings.count { $0.step == "permission" && $0.result == "ok" } > 1)
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `tells a refused connection, a certificate and a proxy apart`() async throws {
    try await Testbed.run { bed in
      try bed.place.setEndpoint("ecs", "https://cloud.invalid")
      await bed.cloud.stop()
      let proxied = try await OnlineCheckRun(bed, environment: "HTTPS_PROXY=http://u:hush@127.0.0.1:9")
      #expect(proxied.exit == .code(1))
      let refused = try #require(proxied.finding("connection", service: "dcs"))
      #expect(refused.detail.contains("connection refused"))
      #expect(refused.cure?.contains("nothing listens there") == true)
      let proxy = try #require(proxied.finding("connection", service: "ecs"))
      #expect(proxy.detail.contains("the proxy 127.0.0.1:9 of HTTPS_PROXY: connection refused"))
      #expect(proxy.cure?.contains("start the proxy") == true)
      let credential = try #require(proxied.finding("credential"))
      #expect(credential.result == "skipped")
      #expect(!proxied.output.contains("hush") && !proxied.error.contains("hush"))
    }
    try await Testbed.run { bed in
      let server = try await bed.place.serveTLS()
      try bed.place.setEndpoint("ecs", server.url)
      let check = try await OnlineCheckRun(bed)
      let ended = await server.process.kill()
      #expect(ended == .signal(SIGKILL))
      #expect(check.exit == .code(1))
      let finding = try #require(check.finding("connection", service: "ecs"), "\(check.output)")
      #expect(finding.detail.contains("issuer is unknown to the system's certificates"))
      #expect(finding.cure?.contains("ca_file") == true)
      #expect(check.finding("permission", service: "dcs")?.result == "ok")
    }
  }

  @Test(.timeLimit(.minutes(10)))
  func `does not ask before the configuration is in order`() async throws {
    try await Testbed.run { bed in
      let environment = "ALL_PROXY=socks5://u:hush@127.0.0.1:9"
      for command in [["check", "--online"], ["run"]] {
        let proxy = try await OnlineCheckRun(bed, command: command, environment: environment)
        #expect(proxy.exit == .code(78))
        #expect(proxy.error.contains("ALL_PROXY names a proxy"), "\(proxy.error)")
        #expect(!proxy.error.contains("hush"))
      }
      let path = bed.place.root + "/ca.pem"
      try bed.place.write("not PEM\n", to: path)
      try bed.place.change("    region: eu-de", "    region: eu-de\n    ca_file: \(path)")
      for command in [["check", "--online"], ["run"]] {
        let file = try await OnlineCheckRun(bed, command: command)
        #expect(file.exit == .code(78))
        #expect(file.error.contains("\(path) holds no certificate"), "\(file.error)")
      }
      let misuse = try await OnlineCheckRun(bed, ["--service", "esc"])
      #expect(misuse.exit == .code(64))
      #expect(misuse.error.contains("did you mean \"ecs\"?"))
      #expect(bed.cloud.log.entries.isEmpty)
    }
  }
}
