import Foundation
import JobWatchConfiguration
import JobWatchDaemon
import TestSupport
import Testing

/// What is said of a configuration is logged and shown: a secret that stands in the wrong place must not be in it.
@Suite struct `A secret in the wrong place of a configuration` {
  /// With every key that has to do with secrets, and what refers to it.
  private static let sample: ConfigurationSample = [
    "keep": "1d",
    "accounts": [
      [
        "name": "keys", "region": "eu-de", "project_id": "p", "auth": "aksk-otc",
        "access_key": ["file": "/ak"], "secret_key": ["credential": "sk"],
        "security_token": ["env": "ST"], "ca_file": "/ca", "allow_http": ["gateway.example"],
        "endpoints": ["ecs": "https://ecs.example"], "quota": ["calls": "5", "per": "1s"],
      ],
      [
        "name": "file", "region": "eu-nl", "auth": "aksk",
        "profile": ["file": "/nowhere", "section": "lab"],
      ],
      ["name": "ready", "region": "eu-de", "auth": "token", "token": ["file": "/t"]],
      [
        "name": "person", "region": "eu-de", "project_name": "eu-de_web", "auth": "password",
        "username": "me", "password": ["file": "/p"], "domain_name": "OTC1",
      ],
    ],
    "channels": [
      ["name": "a", "type": "webhook", "url": ["file": "/u"], "secret": ["file": "/s"]],
      ["name": "b", "type": "webhook", "url": ["env": "U"], "secret": [["file": "/s"]]],
    ], "routes": [["events": ["job.failed"], "labels": ["team": "web"], "channels": ["a"]]],
    "heartbeat": ["url": ["credential": "hc"], "every": "5m"],
  ]

  /// What may stand where something else belongs; `M` is the secret.
  private static let shapes =
    [
      "M", "\"M\"", "[M]", "[[M]]", "[x, M]", "{M}", "{M: x}", "{x: M}", "{M: {M: M}}", "[{M}]",
      "[{M: x}]", "[[{M}]]", "{file: /x, M}", "{file: /x, M: x}", "{flie: M}", "{file: M}",
      "{file: [M]}", "{file: {M}}", "{file: {file: M}}", "{env: M}", "{env: [M]}",
      "{env: {M: x}}", "{credential: M}", "{credential: [M]}", "{credential: {M}}", "[{file: M}]",
      "{url: M}", "{url: {M}}", "[{url: M}]", "[{name: M}]", "[{name: x, type: M}]", "{every: M}",
    ] + [
      // Tags, anchors, aliases, merge keys, keys that are no words.
      "!M x", "!!int M", "!!binary M", "&M x", "&M {M}", "*M", "{<<: M}", "{<<: {M: x}}", "{? M}",
      "{? [M] : x}", "{? {M} : x}",
    ] + [
      // No YAML, or not one document.
      "M: x", "x: M", "[M", "{M", "{M: [", "\"M", "'M", "M]", "{M, M}", "{M: 1, M: 2}",
      "M\n---\nkeep: M", "M\n M: x", "M\nM", "M\n- M", "|\n  M", "\tM", "x\tM: M", "@M", "%M", "|M",
      "\u{7}M", "\"\\M\"", "!<M", "M\nkeep: M", "M\nM: x",
    ]

  private static let secrets = [
    "kT9wZ4pQ7xR2mB8vL5nC3jH6sD1fG0aYuEiOqXbN", "QTWAOYTTINDUT2QVKYUC", "470815162342",
    "https://hooks.example/kT9wZ4pQ?x=xR2mB8vL", "0b1c2d3e-4f5a-6b7c-8d9e-0f1a2b3c4d5e",
    "whsec_C2FVsBQIhrscChlQIMV+b5sSYob7oD/=", "Tr0ub4dor&3", word,
  ]
  /// In some places nobody can tell it from a name.
  private static let word = "swordfish"

  private static func isName(at place: ConfigurationSample.Place, _ shape: String) -> Bool {
    !["accounts", "channels", "heartbeat"].contains(where: place.path.hasPrefix)
      || ["credential", "env", "section"].contains(where: place.path.hasSuffix)
      || ["{env: M}", "{credential: M}", "\nM: x"].contains(where: shape.contains)
  }

  private static func shapes(at place: ConfigurationSample.Place) -> [String] {
    guard case .keys(let entries) = place.original, !place.path.isEmpty else { return shapes }
    let inside = place.original.yaml.dropLast()
    let first = entries.first?.key ?? ""
    return shapes + ["\(inside), M}", "\(inside), M: x}", "\(inside), \(first): M}"]
  }

  /// Everything that `check` would print.
  private func report(_ file: String) -> (isRefused: Bool, problems: [ConfigurationProblem]) {
    do throws(ConfigurationError) {
      let decoded = try ConfigurationFile.decode(Array(file.utf8), path: "j.yaml")
      let later =
        decoded.secrets.compactMap { $0.warning(environment: [:]) }
        + ResolvedReferences.resolve(decoded.value, environment: [:]).faults.map {
          decoded.problem($0)
        }
      return (false, decoded.warnings + later)
    } catch {
      return (true, error.problems)
    }
  }

  /// Every shape in every place, each with one of the secrets: all of them would take minutes.
  @Test("is in no message, and each still names the line", arguments: secrets.indices)
  func messages(_ index: Int) {
    let secret = Self.secrets[index]
    let cases = Self.sample.places.flatMap { place in
      Self.shapes(at: place).map { (place, shape: $0) }
    }
    for (number, (place, shape)) in cases.enumerated() where number % Self.secrets.count == index {
      if secret == Self.word, Self.isName(at: place, shape) { continue }
      let (isRefused, problems) = report(place.file(shape.replacing("M", with: secret)))
      for problem in problems {
        let text = problem.text(file: "j.yaml")
        #expect(!text.contains(secret), "\(place.path): \(shape)")
        #expect(problem.line != nil || !isRefused, "\(place.path): \(shape): \(text)")
      }
    }
  }

  @Test(
    "is told by its place and the cure",
    arguments: [
      ("heartbeat: https://hc.example/M", "must be a set of keys (url, every), not a text"),
      ("heartbeat: {https://hc.example/M}", "heartbeat: unknown key; known: every, url"),
      ("channels: https://hc.example/M", "channels: must be a list, not a text: put it in [ ]"),
      ("channels: [https://hc.example/M]", "channels[0]: must be a set of keys (name, type, url"),
      ("channels: [{name: \"https://hc.example/M\"}]", "channels[0].name: must start with"),
      ("routes: [{channels: [https://a.example/M]}]", "channels[0]: is no known channel"),
      ("accounts: [{secret_key: {M}}]", "secret_key: unknown key; known: credential, env, file"),
      ("accounts: [{secret_key: {file: /x, M}}]", "secret_key: unknown key; known: credential"),
      ("accounts: [{secret_key: [M]}]", "secret_key: must be {file: …}, {env: …} or {credential"),
      ("accounts: [{secret_key: {env: M}}]", "secret_key.env: must be the name of an environment"),
      ("accounts: [{region: M}]", "region: is no known region; 37 are known; for another"),
      ("accounts: [{auth: M}]", "accounts[0].auth: is no way to log in; known: agency, aksk"),
      ("{M: 1, M: 2}", "j.yaml:1: the key at column 2 is there twice: remove one of them"),
      ("M", "j.yaml:1: must be a set of keys (state_dir, "),
    ])
  func cures(_ line: String, _ message: String) {
    let found = report(line.replacing("M", with: Self.secrets[0])).problems
    let texts = found.map { $0.text(file: "j.yaml") }
    #expect(texts.contains { $0.contains(message) }, "\(texts)")
  }

  @Test(
    "is in no message about what the environment or a profile has instead",
    arguments: [
      "M", "M = x", "= M", "[M", "[basic]\nM", "[basic]\nak = x\nsk: M", "[basic]\nsk = \"M\"",
      "[basic]\nak = x\nsk = M\nsk = M", "[basic]\n sk M", "[lab]\nak = x\nsk = M",
      "[basic]\nsk = M", "{sk: M}",
    ])
  func elsewhere(_ profile: String) throws {
    let path = URL(filePath: TemporaryDirectory.newPath())
    defer { try? FileManager.default.removeItem(at: path) }
    let file = "accounts: [{name: a, region: eu-de, profile: {file: \(path.path)}}]"
    let value = try ConfigurationFile.decode(Array(file.utf8), path: "j.yaml").value
    let proxies = ["M", "M@p:1", "u:M", "u:M@p:x", "socks5://u:M@p:1", "https://M@p:1"]
    for secret in Self.secrets {
      try Data(profile.replacing("M", with: secret).utf8).write(to: path)
      for proxy in proxies {
        let found = ResolvedReferences.resolve(
          value, environment: ["HTTPS_PROXY": proxy.replacing("M", with: secret)]
        ).faults
        #expect(!found.isEmpty)
        #expect(!found.contains { $0.message.contains(secret) }, "\(found)")
      }
    }
  }
}
