import Foundation
import JobWatchConfiguration
import JobWatchDaemon
import Testing

@Suite struct `Mistakes in a configuration file` {
  private static let account = """
    accounts:
      - {name: prod, region: eu-de, project_id: p1, auth: token, token: {file: /t}}

    """
  private static let channels = """
    channels:
      - {name: oncall, type: webhook, url: "https://hooks.example/x"}
      - {name: record, type: statuslog}

    """

  private func problems(_ text: String) -> [ConfigurationProblem] { problems(bytes: Array(text.utf8)) }

  private func problems(bytes: [UInt8]) -> [ConfigurationProblem] {
    do {
      _ = try ConfigurationFile.decode(bytes, path: "j.yaml")
      return []
    } catch {
      return error.problems
    }
  }

  @Test(
    "a mistake is told with its line and its cure",
    arguments: [
      ("poling: {floor: 1s}", "j.yaml:3: poling: unknown key; did you mean \"polling\"?"),
      ("polling: {flor: 1s}", "j.yaml:3: polling.flor: unknown key; did you mean \"floor\"?"),
      ("polling: {interval: 5s}", "j.yaml:3: polling.interval: unknown key; known: ceiling, "),
      ("polling: {floor: 5min}", "such as 90s or 1.5h, not \"5min\""),
      ("polling: {floor: 1}", "polling.floor: must be a number and one of ms, s, m, h, d"),
      ("polling: {floor: 99ms}", "polling.floor: must be 100ms to 1h, not 99ms"),
      ("polling: {floor: 5s, ceiling: 4s}", "ceiling (4s) must not be below floor (5s)"),
      ("polling: {price: 5s, target: 5s}", "j.yaml:3: polling.target: takes the place of price"),
      ("polling: {target: 99ms}", "polling.target: must be 100ms to 1h, not 99ms"),
      ("polling: {fixed: 10s, price: 5s}", "polling.fixed: leaves nothing to plan at a price"),
      ("polling: {fixed: 10s, target: 5s}", "or for a target: leave these out"),
      ("polling: {fixed: 2h}", "polling.fixed: must be 100ms to 1h, not 2h"),
      ("polling: {stuck_after: 366d}", "polling.stuck_after: must be 1s to 365d, not 366d"),
      ("polling: {stuck_after: of}", "polling.stuck_after: must be a number and one of"),
      ("state_dir: jobs", "state_dir: must be an absolute path"),
      ("keep: [1d]", "keep: must be a duration such as 30s, not a list"),
      ("keep:", "keep: must be a duration such as 30s, not nothing"),
      ("absence: {answers: 0}", "absence.answers: must be a whole number, 1 to 20, not \"0\""),
      ("absence: {answers: 1234567}", "1 to 20, not that number"),
      ("delivery: {spread: 0.6}", "delivery.spread: must be a number, 0.0 to 0.5"),
      ("delivery: {delays: []}", "delivery.delays: must hold 1 to 20 entries, not 0"),
      ("delivery: {delays: [1s, x]}", "delivery.delays[1]: must be a number and one of"),
      ("breaker: {first_probe: 1h}", "longest_probe (1m) must not be below first_probe (1h)"),
      ("services: {esc: {retention: 1d}}", "services.esc: unknown key; did you mean \"ecs\"?"),
      ("<<: {keep: 1d}", "merge keys are not supported"),
      ("channels: {name: x}", "channels: must be a list, not a set of keys"),
      ("channels: [{type: journal}]", "channels[0]: name is missing"),
      ("channels: [{name: x, type: webhok}]", "\"webhok\" is no type of channel"),
      ("channels: [{name: x, type: journal, url: u}]", "is not used with type: journal"),
      ("channels: [{name: x, type: journal, format: standard}]", "channels[0].format: is not used with type: journal"),
      ("channels: [{name: x, type: webhook, url: {file: /x}, format: [standard]}]", "must be the name of a format"),
      ("channels: [{name: x y, type: journal}]", "channels[0].name: must start with a letter"),
      ("channels: [{name: x, type: webhook, url: http://a.example/}]", "secrets in the clear"),
      ("channels: [{name: x, type: webhook, url: http://127.evil.example/}]", "in the clear"),
      ("channels: [{name: x, type: webhook, url: \"https://u:p@a.example/\"}]", "user or password"),
      ("channels: [{name: x, type: webhook, url: hooks}]", "is not a URL such as"),
      ("channels: [{name: x, type: webhook, url: [u]}]", "channels[0].url: must be {file: …}"),
      (
        "channels: [{name: x, type: journal}, {name: x, type: journal}]",
        "channels[1]: a second channel is named \"x\""
      ), ("channels: [{name: x, type: webhook, url: {flie: /x}}]", "did you mean \"file\"?"),
      ("channels: [{name: x, type: webhook, url: {file: x}}]", "must be an absolute path"),
      (
        "channels: [{name: x, type: webhook, url: {file: /x, env: X}}]",
        "must name exactly one of file, env and credential"
      ),
    ])
  func mistakes(_ line: String, _ message: String) throws {
    let found = problems(Self.account + line)
    let texts = found.map { $0.text(file: "j.yaml") }
    #expect(texts.contains { $0.contains(message) }, "\(texts)")
    #expect(found.allSatisfy { $0.line == 3 && $0.column != nil })
  }

  @Test(
    "a route refers to what the file declares",
    arguments: [
      ("{events: [job.faild], channels: [oncall]}", "did you mean \"job.failed\"?"),
      ("{accounts: [prd], channels: [oncall]}", "did you mean \"prod\"?"),
      ("{services: [esc], channels: [oncall]}", "did you mean \"ecs\"?"),
      ("{channels: [pager-2]}", "\"pager-2\" is no known channel; known: oncall"),
      ("{channels: [on-cal]}", "did you mean \"oncall\"?"),
      ("{channels: [record]}", "\"record\" is the status log, which gets every event"),
      ("{channels: []}", "must hold 1 to 100 entries"),
      ("{events: [job.failed]}", "channels is missing"),
      ("{labels: {a b: c}, channels: [oncall]}", "the label's name must be 1 to 63"),
      ("{events: job.failed, channels: [oncall]}", "put it in [ ]"),
    ])
  func routes(_ route: String, _ message: String) {
    let texts = problems(Self.account + Self.channels + "routes: [\(route)]").map(\.message)
    #expect(texts.count == 1)
    #expect(texts.contains { $0.contains(message) }, "\(texts)")
  }

  @Test(
    "an account must be complete and consistent",
    arguments: [
      ("{name: a, region: eu-de, project_id: p, access_key: {env: A}}", ["secret_key is missing"]),
      (
        "{name: a, region: eu-de, access_key: {env: A}, secret_key: {env: S}, profile: {section: x}}",
        ["cannot stand beside access_key"]
      ),
      (
        "{name: a, region: eu-de, auth: password, username: me, token: {file: /t}}",
        ["is not used with auth: password", "password is missing", "domain_name is missing"]
      ),
      (
        "{name: a, region: eu-de, auth: agency, signature: old, password: {file: /p}}",
        ["is not used with auth: agency", "must be aksk (Huawei Cloud) or aksk-otc"]
      ), ("{name: a, region: eu-de, project_id: p, auth: aksk-oct, token: {file: /t}}", ["did you mean \"aksk-otc\"?"]),
      (
        "{name: a, region: eu-de, project_id: p, auth: token, token: {file: /t}, access_key: {env: A}}",
        ["is not used with auth: token"]
      ), ("{name: a, region: eu-ed, project_id: p, auth: token, token: {file: /t}}", ["did you mean \"eu-de\"?"]),
      ("{name: a, region: eu-de, project_id: a/b, auth: token, token: {file: /t}}", ["must be a project id"]),
      (
        "{name: a, region: r, project_id: p, auth: token, token: {file: /t}, endpoints: {ecs: http://e.example}}",
        ["secrets in the clear"]
      ),
      (
        "{name: a, region: eu-de, project_id: p, auth: token, token: {file: /t}, endpoints: {ecs: https://e.example/v1}}",
        ["must end after the host or port"]
      ),
      (
        "{name: a, region: eu-de, project_id: p, auth: token, token: {file: /t}, quota: {calls: 5}}",
        ["per is missing"]
      ), ("{}", ["name is missing", "region is missing"]), ("nonsense", ["must be a set of keys"]),
    ])
  func accounts(_ account: String, _ messages: [String]) {
    let texts = problems("accounts: [\(account)]").map(\.message)
    for message in messages {
      #expect(texts.contains { $0.contains(message) }, "\(message) in \(texts)")
    }
  }

  @Test func `names of accounts differ`() {
    let account = "{name: a, region: eu-de, project_id: p, auth: token, token: {file: /t}}"
    #expect(problems("accounts: [\(account), \(account)]").map(\.path) == ["accounts[1]"])
  }

  @Test func `all mistakes are told at once, in the order of the file`() {
    let found = problems("keep: x\naccounts: []\nprobes: []\nstate_dirs: /x\nroutes: 1")
    #expect(found.map(\.line) == [1, 2, 3, 4, 5])
  }

  @Test(
    "what is no YAML, or not this tool's, is told as a whole",
    arguments: [
      ("", "is empty"), ("# nothing\n", "is empty"), ("---\n", "is empty"),
      ("\"\"", "must be a set of keys"),
      ("keep: [1d", "is not valid YAML"), ("\tkeep: 1d", "is not valid YAML"),
      ("keep: 1d\nkeep: 2d\n", "is there twice"), ("a: 1\n---\nb: 2\n", "is not valid YAML"),
      ("keep: *nowhere", "is not valid YAML"), ("- 1", "must be a set of keys"),
      ("scrape_configs: []\nglobal: {}", "is this the right file?"),
      ("keep: \u{7}", "is not valid YAML"),
    ])
  func unusable(_ text: String, _ message: String) {
    let texts = problems(text).map(\.message)
    #expect(texts.contains { $0.contains(message) }, "\(texts)")
  }

  @Test(
    "no file is too large or too deep to be refused",
    arguments: [
      ("[", 100_000, "is not valid YAML"), ("#", (1 << 20) + 1, "is larger than 1 MiB"),
    ])
  func oversized(_ text: String, _ count: Int, _ message: String) {
    let found = problems(String(repeating: text, count: count))
    #expect(found.first?.message.contains(message) == true)
  }

  @Test func `bytes that are not UTF-8 are refused`() {
    let found = problems(bytes: Array("keep: 1d # ".utf8) + [0xFF, 0xFE])
    #expect(found.map(\.message).first?.contains("is not UTF-8") == true)
  }

  @Test func `a key with a control character is not quoted`() {
    for key in [#""pol\ning""#, #""pol\eing""#, "\"pol\ting\""] {
      let found = problems("\(key): 1\n" + Self.account)
      #expect(found.map { $0.text(file: "j.yaml") } == ["j.yaml:1: unknown key; did you mean \"polling\"?"])
    }
  }

  @Test func `aliases that multiply cost nothing`() {
    let levels = (1...12).map { level in
      "a\(level): &a\(level) ["
        + Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ",")
        + "]"
    }
    let bomb = "a0: &a0 [x]\n" + levels.joined(separator: "\n") + "\n? *a12\n: x\n"
    #expect(problems(bomb).first?.message.contains("aliases") == true)
  }

  @Test func `a file that is missing is told with the cure`() {
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationFile.read(path: "/nowhere/jobwatch.yaml")
    }
    #expect(error?.description.hasPrefix("/nowhere/jobwatch.yaml: does not exist: ") == true)
  }

  @Test func `a refusal says the reasons, and no weak point beside them`() {
    let text = "accounts: [{name: a, region: eu-de, auth: token, token: t}]\nkeep: x\n"
    let error = #expect(throws: ConfigurationError.self) {
      try ConfigurationFile.decode(Array(text.utf8), path: "j.yaml")
    }
    #expect(error?.problems.map(\.isWarning) == [true, false])
    #expect(error?.description.hasPrefix("j.yaml:2: keep: must be a number") == true)
  }

  @Test(
    "a webhook's format is one that there is, else it is refused with its line",
    arguments: [
      ("standard", nil), ("standart", "\"standart\" is no format of webhooks; did you mean \"standard\"?"),
      ("hush-hush", "is no format of webhooks; known: "),
    ])
  func formats(_ format: String, _ message: String?) throws {
    // The status log takes a place in the file, and is no channel.
    let text =
      Self.account + """
        channels:
          - {name: record, type: statuslog}
          - name: oncall
            type: webhook
            url: https://hooks.example/x
            format: \(format)
        """
    let decoded = try ConfigurationFile.decode(Array(text.utf8), path: "j.yaml")
    var value = decoded.value
    value.accounts = []
    let found = ResolvedReferences.resolve(value, environment: [:])
    let texts = found.faults.map { decoded.problem($0).text(file: "j.yaml") }
    #expect(texts.count == (message == nil ? 0 : 1))
    if let message { #expect(texts.first?.hasPrefix("j.yaml:8: channels[1].format: \(message)") == true, "\(texts)") }
    #expect((found.references == nil) == (message != nil))
  }

  @Test func `an account without any secret is a weak point here, and a missing profile a mistake`()
    throws
  {
    let text = """
      accounts:
        - {name: a, region: eu-de, auth: aksk}
        - {name: b, region: eu-de, auth: aksk, profile: {file: /nowhere/profile}}
        - {name: c, region: eu-de, auth: agency}
        - {name: d, region: eu-de, auth: token, token: {file: /nowhere/token}}
      """
    let value = try ConfigurationFile.decode(Array(text.utf8), path: "j.yaml").value
    let found = ResolvedReferences.resolve(value, environment: [:]).faults
    let token = StartFault.Place.secret(.file("/nowhere/token"), in: "accounts[3]")
    #expect(found.map(\.place) == [.key("accounts[0]"), .key("accounts[1]"), token])
    #expect(found.map(\.reason) == [.environment, .lasting, .lasting])
    let keys = ["HW_ACCESS_KEY": "AK", "HW_SECRET_KEY": "SK"]
    #expect(
      ResolvedReferences.resolve(value, environment: keys).faults.map(\.place) == [
        .key("accounts[1]"), token,
      ])
  }
}
