import CloudAPI
import Foundation
@testable import JobWatchConfiguration
@testable import JobWatchCore
import JobWatchDaemon
import Testing

@Suite struct `Configuration file` {
  private static let account = """
    accounts:
      - {name: prod, region: eu-de, project_id: p1, auth: token, token: {file: /t}}

    """
  private func decode(_ text: String) throws -> DecodedConfiguration {
    try ConfigurationFile.decode(Array(text.utf8), path: "j.yaml")
  }

  @Test func `the smallest useful file decodes to what it says`() throws {
    let decoded = try decode(
      """
      state_dir: /var/lib/jobwatch            # jobwatch.db
      spool_dir: /var/spool/jobwatch          # incoming/ rejected/
      status_log: /var/log/jobwatch/status.log
      accounts:
        - name: prod                          # the first is the default account
          region: eu-de
          project_id: 0605767b5780d5762fc5c0118072a564
          auth: aksk-otc                      # aksk (Huawei Cloud) | aksk-otc | token | password | agency
          access_key: {file: /etc/jobwatch/ak}       # {file:} | {env:} | {credential:} (systemd) | a plain string, with a warning
          secret_key: {credential: secret_key}
          endpoints: {ecs: "https://ecs.example:8443"}   # optional, per service; default from region
          ca_file: /etc/ssl/private-cloud.pem            # optional
          quota: {calls: 200, per: 60s}                  # optional cap on our share, per service; {ecs: {…}} for one
      channels:
        - {name: oncall, type: webhook, url: "https://hooks.example/x", secret: {credential: hook}}   # or a list, for rotation
        - {name: journal, type: journal}
      routes:                                 # all that match; none given: journal gets all, webhooks all but registered, pending, running
        - {events: [job.failed, job.lost, job.at_risk], channels: [oncall]}
      polling: {floor: 1s, ceiling: 1h, price: 5s}
      """)
    var account = Account(
      name: "prod", region: "eu-de", projectID: "0605767b5780d5762fc5c0118072a564", authentication: .akskOTC)
    account.accessKey = .file("/etc/jobwatch/ak")
    account.secretKey = .credential("secret_key")
    account.endpoints = ["ecs": "https://ecs.example:8443"]
    account.caFile = "/etc/ssl/private-cloud.pem"
    account.quota = Quota(calls: 200, per: .minutes(1))
    let webhook = Channel.Kind.webhook(url: .plain(Secret("https://hooks.example/x")), secrets: [.credential("hook")])
    var expected = Configuration(accounts: [account])
    expected.channels = [
      Channel(name: "oncall", kind: webhook), Channel(name: "journal", kind: .journal),
    ]
    expected.routes = [Route(events: [.jobFailed, .jobLost, .jobAtRisk], channels: ["oncall"])]
    #expect(decoded.value == expected)
    #expect(decoded.warnings.isEmpty)
    #expect(decoded.secrets.map(\.mark?.line) == [9, 10, 15, 15])
    #expect(account.endpoint(of: "dcs") == "https://dcs.eu-de.otc.t-systems.com")
  }

  @Test func `the shipped template shows every default`() throws {
    let template = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../config/jobwatch.yaml").standardized
    var value = try ConfigurationFile.read(path: template.path).value
    #expect(value.accounts.count == 1)
    #expect(value.channels == [Channel(name: "journal", kind: .journal)])
    value.accounts = []
    value.channels = []
    #expect(value == Configuration())
    // Each section must be there for the comparison to mean anything.
    let text = try String(contentsOf: template, encoding: .utf8)
    for key in ["keep", "probes", "breaker", "delivery", "expiry", "absence", "services"] {
      #expect(text.contains("\n\(key):"), "\(key) is not in the template")
    }
  }

  @Test func `every section is read into its place`() throws {
    let value = try decode(
      Self.account + """
        polling: {floor: 100ms, ceiling: 2m, price: 10ms}
        services: {ecs: {retention: off, unpaid_retention: 20s}, dcs: {retention: 3d}}
        absence: {answers: 4, over: 0s, hold: 1d}
        expiry: {finished: [], unpaid: [1s, 2s], at_risk: [3s]}
        delivery: {delays: [0s, 1s], timeout: 2s, spread: 0}
        breaker: {failures: 9, first_probe: 2s, longest_probe: 3s, grace: 4s}
        probes: [5s]
        keep: 6d
        heartbeat: {url: "https://hc.example/ping/x", every: 1m}
        """
    ).value
    #expect(value.polling == PollPolicy(floor: .milliseconds(100), ceiling: .minutes(2), price: .milliseconds(10)))
    #expect(value.retention["ecs"] == RetentionPolicy(unpaid: .seconds(20)))
    #expect(value.retention["dcs"] == RetentionPolicy(finished: .days(3)))
    #expect(value.absence == AbsencePolicy(answers: 4, over: .zero, massHold: .days(1)))
    #expect(value.expiry == ExpiryPolicy(finished: [], unpaid: [.seconds(2), .seconds(1)], atRisk: [.seconds(3)]))
    #expect(value.delivery == DeliveryPolicy(delays: [.zero, .seconds(1)], timeout: .seconds(2), spread: 0))
    #expect(
      value.breaker
        == BreakerPolicy(failures: 9, firstProbe: .seconds(2), longestProbe: .seconds(3), grace: .seconds(4)))
    #expect(value.probes == ProbePolicy(steps: [.seconds(5)]))
    #expect(value.keep == .days(6))
    let url = SecretSource.plain(Secret("https://hc.example/ping/x"))
    #expect(value.heartbeat == HeartbeatPolicy(url: url, every: .minutes(1)))
  }

  @Test(
    "polling may be at a target or a fixed gap instead of a price",
    arguments: [
      ("{price: 20s, stuck_after: off}", PollPolicy(price: .seconds(20))),
      ("{target: 3s, stuck_after: 2h}", PollPolicy(target: .seconds(3), stuckAfter: .hours(2))),
      ("{fixed: 10s, ceiling: 5s}", PollPolicy(ceiling: .seconds(5), fixed: .seconds(10))),
    ])
  func polling(_ text: String, _ policy: PollPolicy) throws {
    #expect(try decode(Self.account + "polling: \(text)").value.polling == policy)
  }

  @Test func `an account may log in with a password, an agency, a profile or the environment`()
    throws
  {
    let decoded = try decode(
      """
      accounts:
        - {name: a, region: eu-de, project_name: eu-de_web, auth: password, username: me,
           password: {file: /p}, domain_name: OTC1}
        - {name: b, region: cn-north-4, auth: agency, signature: aksk-otc,
           endpoints: {metadata: "http://127.0.0.1:80", iam: "http://iam.lab"}, allow_http: [IAM.lab]}
        - {name: c, region: eu-de, auth: aksk-otc, profile: {file: /c, section: lab}}
        - {name: d, region: eu-de, auth: password}
      """)
    let accounts = decoded.value.accounts
    #expect(accounts.map(\.authentication) == [.password, .agency, .akskOTC, .password])
    #expect(accounts.map(\.projectName) == ["eu-de_web", nil, nil, nil])
    #expect(
      accounts.map(\.user) == [
        Account.User(name: .plain(Secret("me")), password: .file("/p"), domainName: "OTC1"), nil, nil, nil,
      ])
    #expect(accounts.map(\.signature) == [nil, .credential, nil, nil])
    #expect(accounts[1].endpoint(of: "iam") == "http://iam.lab")
    #expect(accounts[2].profile == Account.Profile(file: "/c", section: "lab"))
    #expect(decoded.warnings.isEmpty)
    #expect(decoded.secrets.map(\.path) == ["accounts[0].username", "accounts[0].password"])
  }

  @Test func `accounts, webhooks and routes have further keys`() throws {
    let decoded = try decode(
      """
      accounts:
        - {name: a, region: cn-north-4, project_id: 0123, access_key: AK, secret_key: {env: SK},
           security_token: {file: /st}, quota: {calls: 5, per: 1s, dcs: {calls: 1, per: 2s}}}
      channels:
        - {name: h, type: webhook, url: {env: URL}, secret: [{file: /a}, {file: /b}]}
      routes:
        - {accounts: [a], services: [dcs], job_types: [createServer], labels: {run: 42}, channels: [h]}
      """)
    let account = try #require(decoded.value.accounts.first)
    #expect(account.projectID == "0123")
    #expect(account.authentication == .aksk)
    #expect(account.securityToken == .file("/st"))
    #expect(account.quota(of: "ecs") == Quota(calls: 5, per: .seconds(1)))
    #expect(account.quota(of: "dcs") == Quota(calls: 1, per: .seconds(2)))
    #expect(
      decoded.value.channels.first?.kind == .webhook(url: .environment("URL"), secrets: [.file("/a"), .file("/b")]))
    #expect(
      decoded.value.routes == [
        Route(accounts: ["a"], services: ["dcs"], jobTypes: ["createServer"], labels: ["run": "42"], channels: ["h"])
      ])
    let warning = try #require(decoded.warnings.first)
    #expect(decoded.warnings.count == 1)
    #expect(warning.isWarning && warning.line == 2 && warning.path == "accounts[0].access_key")
    #expect(!warning.message.contains("AK"))
  }

  @Test func `an unknown region is fine with endpoints of its own`() throws {
    let decoded = try decode(
      """
      accounts:
        - {name: a, region: mine-1, project_id: p, auth: token, token: {file: /t},
           endpoints: {ecs: "http://[::1]:8080/"}}
      """)
    #expect(decoded.value.accounts.first?.endpoints == ["ecs": "http://[::1]:8080"])
    #expect(decoded.warnings.isEmpty)
  }

  @Test func `a secret that cannot be read is told, and its content never`() throws {
    let decoded = try decode(
      """
      accounts:
        - {name: a, region: eu-de, project_id: p, access_key: {env: AK}, secret_key: {credential: sk}}
      channels: [{name: h, type: webhook, url: {env: URL}, secret: {file: /nowhere/s}}]
      """)
    let environment = ["URL": "http://hooks.example/hidden"]
    let faults = ResolvedReferences.resolve(decoded.value, environment: environment).faults
    let found = faults.map { decoded.problem($0) }
    #expect(found.map(\.line) == [2, 2, 3, 3])
    #expect(faults.map(\.reason) == [.lasting, .environment, .lasting, .lasting])
    #expect(!found.contains { $0.message.contains("hidden") })
  }

  @Test(
    "a secret that came with more than itself draws a warning",
    arguments: [
      ("hush", nil), ("hu sh", nil), ("hush ", "begins or ends with a blank"),
      ("\thush", "a tab"), ("hush\n\n", "a line break"), ("\u{FEFF}hush", "a byte order mark"),
    ])
  func clumsySecret(_ text: String, _ doubt: String?) throws {
    let decoded = try decode(
      """
      accounts: [{name: a, region: eu-de, project_id: p, auth: token, token: {env: TOKEN}}]
      """)
    let found = decoded.secrets.compactMap { $0.warning(environment: ["TOKEN": text]) }
    #expect(found.map(\.isWarning) == (doubt == nil ? [] : [true]))
    if let doubt { #expect(found.first?.message.contains(doubt) == true) }
    #expect(!found.contains { $0.message.contains("hush") })
  }
}
