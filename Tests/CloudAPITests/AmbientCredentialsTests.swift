import CloudAPI
import Foundation
import TestSupport
import Testing

final class AmbientCredentialsTests {
  private let scratch: TemporaryDirectory
  private var home: String { scratch.path }

  init() throws {
    scratch = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: "\(home)/.huaweicloud", withIntermediateDirectories: true)
  }

  private func write(_ text: String, to name: String = ".huaweicloud/credentials") throws -> String {
    let path = "\(home)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: path))
    return path
  }

  private func ambient(
    _ environment: [String: String], path: String? = nil, section: String? = nil
  ) -> AmbientCredentials {
    AmbientCredentials(
      environment: environment.merging(["HOME": home]) { given, _ in given }, profilePath: path, section: section)
  }

  private func failure(_ body: () throws -> Any?) -> String {
    do {
      Issue.record("no error, but \(String(describing: try body()))")
      return ""
    } catch {
      return "\(error)"
    }
  }

  /// Every place at once, in the order of the chain.
  private static let places = [
    ["HUAWEICLOUD_SDK_AK", "HUAWEICLOUD_SDK_SK", "HUAWEICLOUD_SDK_SECURITY_TOKEN"],
    ["CLOUD_SDK_AK", "CLOUD_SDK_SK"], ["HW_ACCESS_KEY", "HW_SECRET_KEY", "HW_SECURITY_TOKEN"],
    ["OS_ACCESS_KEY", "OS_SECRET_KEY", "OS_SECURITY_TOKEN"],
  ]

  @Test(arguments: 0...4)
  func `a key pair is taken whole from the first place that has one`(first: Int) throws {
    let path = try write("[basic]\nak = p-ak\nsk = p-sk\nsecurity_token = p-st\n")
    var environment: [String: String] = [:]
    for names in Self.places.dropFirst(first) {
      for name in names { environment[name] = "of \(name)" }
    }
    // What is empty is not set.
    for names in Self.places.prefix(first) { environment[names[0]] = "" }
    let found = try #require(try ambient(environment).accessKey())
    let names = first < 4 ? Self.places[first] : ["p-ak", "p-sk", "p-st"]
    let values = names.map { first < 4 ? "of \($0)" : $0 }
    #expect(found.value.access == values[0])
    #expect(found.value.secret.reveal() == values[1])
    #expect(found.value.securityToken?.reveal() == values.dropFirst(2).first)
    let source = "environment \(names.prefix(2).joined(separator: ", "))"
    #expect(found.source == (first < 4 ? source : "profile [basic] of \(path)"))
  }

  @Test(arguments: places, 0...1)
  func `half a pair is an error that names the other half`(names: [String], half: Int) throws {
    _ = try write("[basic]\nak = p-ak\nsk = p-sk\n")
    var environment = [names[half]: "hush"]
    // A later place is no help.
    if names != Self.places[3] {
      environment["OS_ACCESS_KEY"] = "other"
      environment["OS_SECRET_KEY"] = "other"
    }
    let text = failure { try ambient(environment).accessKey() }
    #expect(text.contains("has \(names[half]) and no \(names[1 - half])"), "\(text)")
    #expect(!text.contains("hush"))
  }

  @Test func `nothing anywhere is no error`() throws {
    let nothing = ambient([:])
    #expect(try nothing.accessKey() == nil)
    #expect(try nothing.passwordUser() == nil)
    #expect(try nothing.project() == nil)
    #expect(nothing.token() == nil)
    #expect(try AmbientCredentials(environment: [:]).accessKey() == nil)
    _ = try write("[global]\nak = p-ak\nsk = p-sk\n")
    #expect(try ambient([:]).accessKey() == nil)
    _ = try write("[basic]\nidp_id = x\n")
    #expect(try ambient([:]).accessKey() == nil)
  }

  @Test func `a profile that was chosen comes before the environment`() throws {
    let path = try write("[prod]\nak = p-ak\nsk = p-sk\nproject_id = p-project\n", to: "mine")
    let environment = [
      "HW_ACCESS_KEY": "e-ak", "HW_SECRET_KEY": "e-sk", "HW_PROJECT_ID": "e-project",
    ]
    let chosen = ambient(environment, path: path, section: "prod")
    #expect(try chosen.accessKey()?.value.access == "p-ak")
    #expect(try chosen.accessKey()?.source == "profile [prod] of \(path)")
    #expect(try chosen.project()?.value == .id("p-project"))
    let named = ambient(environment.merging(["HUAWEICLOUD_SDK_CREDENTIALS_FILE": path]) { _, new in new })
    #expect(try named.accessKey()?.value.access == "e-ak")
    #expect(try named.project()?.value == .id("e-project"))
  }

  @Test func `a profile that was named has to be there`() throws {
    let path = try write("[basic]\nak = p-ak\n", to: "half")
    let cases: [(AmbientCredentials, String)] = [
      (ambient([:], path: "/nonexistent/file"), "file /nonexistent/file does not exist"),
      (ambient(["HUAWEICLOUD_SDK_CREDENTIALS_FILE": "/nonexistent/file"]), "does not exist"),
      (ambient([:], section: "prod"), "\(home)/.huaweicloud/credentials does not exist"),
      (ambient([:], path: path, section: "prod"), "has no section [prod]: add it"),
      (ambient([:], path: path), "[basic] of \(path) has ak and no sk"),
      (AmbientCredentials(environment: [:], section: "prod"), "HOME is not set"),
    ]
    for (ambient, words) in cases {
      let text = failure { try ambient.accessKey() }
      #expect(text.contains(words), "\(text)")
    }
  }

  @Test(arguments: [
    (["HW_AUTH_TOKEN": "a", "OS_TOKEN": "b"], "a", "environment HW_AUTH_TOKEN"),
    (["HW_AUTH_TOKEN": "", "OS_TOKEN": "b"], "b", "environment OS_TOKEN"),
  ])
  func `a token is taken from the environment`(environment: [String: String], token: String, source: String) {
    #expect(ambient(environment).token() == Ambient(Secret(token), from: source))
  }

  @Test(arguments: [
    (["HW_USER_NAME": "u", "HW_USER_PASSWORD": "p", "HW_DOMAIN_NAME": "d"], "HW_DOMAIN_NAME"),
    (["OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_DOMAIN_NAME": "d", "HW_DOMAIN_NAME": "x"], "OS_DOMAIN_NAME"),
    (["OS_USERNAME": "u", "OS_PASSWORD": "p", "OS_USER_DOMAIN_NAME": "d"], "OS_USER_DOMAIN_NAME"),
  ])
  func `a login is taken whole from the environment`(environment: [String: String], last: String) throws {
    let found = try #require(try ambient(environment).passwordUser())
    #expect(found.value == PasswordUser(name: "u", password: Secret("p"), domainName: "d"))
    #expect(found.source.hasSuffix(", \(last)"))
  }

  @Test(arguments: [
    (["HW_USER_NAME": "hush"], "no HW_USER_PASSWORD and HW_DOMAIN_NAME"),
    (["OS_PASSWORD": "hush", "OS_DOMAIN_NAME": "d"], "no OS_USERNAME"),
    (["OS_USERNAME": "hush", "OS_PASSWORD": "hush"], "no OS_USER_DOMAIN_NAME"),
  ])
  func `a login in part is an error`(environment: [String: String], words: String) {
    let text = failure { try ambient(environment).passwordUser() }
    #expect(text.contains(words), "\(text)")
    #expect(!text.contains("hush"))
  }

  @Test func `a project is known by its id before its name`() throws {
    let path = try write("[basic]\nproject_id = of-profile\n")
    var environment: [String: String] = [:]
    let chain: [(String, ProjectScope)] = [
      ("HW_PROJECT_NAME", .name("of HW_PROJECT_NAME")),
      ("OS_PROJECT_ID", .id("of OS_PROJECT_ID")), ("HW_PROJECT_ID", .id("of HW_PROJECT_ID")),
      ("HUAWEICLOUD_SDK_PROJECT_ID", .id("of HUAWEICLOUD_SDK_PROJECT_ID")),
    ]
    for (name, scope) in chain {
      environment[name] = "of \(name)"
      let found = try #require(try ambient(environment).project())
      let isName = name == "HW_PROJECT_NAME"
      #expect(found.value == (isName ? .id("of-profile") : scope))
      #expect(found.source == (isName ? "profile [basic] of \(path)" : "environment \(name)"))
    }
    _ = try write("[basic]\nak = a\n")
    let names = ["OS_PROJECT_NAME": "b"]
    #expect(try ambient(names).project()?.value == .name("b"))
    let both = names.merging(["HW_PROJECT_NAME": "a"]) { $1 }
    #expect(try ambient(both).project()?.value == .name("a"))
  }

  @Test(
    arguments: [
      ("[basic]\nak=a\nsk=b", "a", "b", nil),
      ("\n# c\n; c\n [ basic ] \n AK = a \n\tsk =b\n", "a", "b", nil),
      ("[basic]\r\nak = a\r\nsk = b==\r\n", "a", "b==", nil),
      ("\u{FEFF}[basic]\r\nak = a\r\nsk = b\r\n", "a", "b", nil),
      ("[other]\nak = x\n[basic]\nak = a\nsk = b # ;\nsecurity_token = c", "a", "b # ;", "c"),
    ] as [(String, String, String, String?)])
  func `a profile is read`(text: String, ak: String, sk: String, token: String?) throws {
    _ = try write(text)
    let found = try #require(try ambient([:]).accessKey()).value
    let key = AccessKey(access: ak, secret: Secret(sk), securityToken: token.map { Secret($0) })
    #expect(found == key)
  }

  @Test(arguments: [
    ("ak = hush", "line 1 is in no section"), ("[basic]\nhush", "line 2 is no [section]"),
    ("[basic\nak = hush", "line 1 begins a section without an end"),
    ("[]\nak = hush", "line 1 begins a section"), ("[", "line 1 begins a section"),
    ("[basic]\nak = hush\n\nak = hush", "line 4 gives ak a second time"),
    ("[basic]\n[basic]", "line 2 begins a section that is above already"),
    ("[hush]\n[hush]", "line 2 begins a section that is above already: join the two"),
    ("[basic]\n= hush", "line 2 has no name"), ("[basic]\nhush hush = a", "line 2 has no name"),
    ("[basic]\nak =\n", "line 2 has no value for ak"),
    ("[basic]\nak = \"hush\"", "line 2 has a value in quotes"), ("", "is empty"),
    ("\u{FEFF}\u{FEFF}[basic]\nak = hush", "line 1 begins with a byte order mark"),
    ("[basic]\n\u{FEFF}[other]\nak = hush", "line 2 begins with a byte order mark"),
  ])
  func `a profile with a mistake names its line and no value`(text: String, words: String) throws {
    let path = try write(text)
    let message = failure { try ambient([:]).accessKey() }
    #expect(message.contains(path) && message.contains(words), "\(message)")
    #expect(!message.contains("hush"))
  }
}
