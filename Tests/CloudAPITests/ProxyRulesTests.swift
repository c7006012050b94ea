import CloudAPI
import Testing

@Suite struct `The proxies of the environment` {
  private static let both = [
    "HTTPS_PROXY": "http://secure.example:3128", "HTTP_PROXY": "http://plain.example:8080",
  ]

  private func way(_ url: String, _ environment: [String: String]) throws -> String {
    try ProxyRules(environment: environment).server(for: url)
      .map { "\($0) \($0.variable)" } ?? "direct"
  }

  @Test(
    "each scheme has its own, lower case comes first, ALL_PROXY fills the gaps",
    arguments: [
      ([:], "https://a.example", "direct"),
      (both, "https://a.example", "secure.example:3128 HTTPS_PROXY"),
      (both, "http://a.example:81/x", "plain.example:8080 HTTP_PROXY"),
      (["HTTPS_PROXY": "p:1", "https_proxy": "q:2"], "https://a.example", "q:2 https_proxy"),
      (["HTTPS_PROXY": "p:1", "https_proxy": " "], "https://a.example", "p:1 HTTPS_PROXY"),
      (["HTTPS_PROXY": "p:1"], "http://a.example", "direct"),
      (["ALL_PROXY": "p:1"], "http://a.example", "p:1 ALL_PROXY"),
      (["ALL_PROXY": "p:1", "HTTPS_PROXY": "q:2"], "https://a.example", "q:2 HTTPS_PROXY"),
      (["all_proxy": "http://[2001:db8::1]"], "https://a", "[2001:db8::1]:80 all_proxy"),
      (["HTTPS_PROXY": "http://u:p@p:1/"], "https://a.example", "p:1 HTTPS_PROXY"),
      (both, "nonsense", "direct"),
    ])
  func choice(_ environment: [String: String], _ url: String, _ expected: String) throws {
    #expect(try way(url, environment) == expected)
  }

  @Test(
    "loopback and the metadata address are never asked through one",
    arguments: [
      "http://127.0.0.1:8080/x", "https://127.1.2.3", "http://[::1]:80", "https://localhost:8443",
      "http://LOCALHOST", "http://a.localhost", "http://169.254.169.254/openstack/latest",
      "https://[::ffff:127.0.0.1]",
    ])
  func own(_ url: String) throws {
    #expect(try way(url, Self.both) == "direct")
  }

  @Test(
    "NO_PROXY names hosts, domains, addresses, networks and ports",
    arguments: [
      ("*", "https://a.example", true), ("a.example", "https://a.example", true),
      ("A.Example", "https://a.EXAMPLE", true), ("example", "https://a.example", true),
      ("a.example", "https://x.a.example", true), ("a.example", "https://ba.example", false),
      (".a.example", "https://x.a.example", true), (".a.example", "https://a.example", false),
      ("*.a.example", "https://x.a.example", true), ("*.a.example", "https://a.example", false),
      ("b.example,a.example", "https://a.example", true),
      (" b.example  a.example ", "https://a.example", true),
      ("a.example:443", "https://a.example", true), ("a.example:443", "http://a.example", false),
      (".example:8443", "https://a.example:8443", true),
      ("a.example:x", "https://a.example", false),
      ("10.1.2.3", "https://10.1.2.3", true), ("10.1.2.3", "https://10.1.2.30", false),
      ("10.1.2.3:80", "http://10.1.2.3", true), ("10.1.2.3:80", "https://10.1.2.3", false),
      ("10.0.0.0/8", "https://10.1.2.3", true), ("10.0.0.0/8", "https://11.1.2.3", false),
      ("10.1.2.0/23", "https://10.1.3.9", true), ("10.1.2.0/23", "https://10.1.4.9", false),
      ("0.0.0.0/0", "https://10.1.2.3", true), ("0.0.0.0/0", "https://a.example", false),
      ("10.0.0.0/33", "https://10.1.2.3", false), ("10.0.0.0/x", "https://10.1.2.3", false),
      ("2001:db8::1", "https://[2001:db8:0::1]:8443", true),
      ("[2001:db8::1]", "https://[2001:db8::1]", true),
      ("[2001:db8::1]:8443", "https://[2001:db8::1]:8443", true),
      ("[2001:db8::1]:8443", "https://[2001:db8::1]", false),
      ("2001:db8::/32", "https://[2001:db8:ffff::]", true),
      ("2001:db8::/32", "https://[2001:db9::]", false), ("::/0", "https://10.1.2.3", false),
    ])
  func exceptions(_ list: String, _ url: String, _ isDirect: Bool) throws {
    for variable in ["NO_PROXY", "no_proxy"] {
      let way = try way(url, ["ALL_PROXY": "http://p.example:1", variable: list])
      #expect((way == "direct") == isDirect, "\(way)")
    }
  }

  @Test(
    "one that cannot be used is an error that names the variable and not the password",
    arguments: [
      ("https_proxy", "socks5://u:hush@p:1", "socks5://"),
      ("ALL_PROXY", "socks5h://p:1", "socks5h"),
      ("HTTPS_PROXY", "https://u:hush@p:1", "https://"), ("HTTPS_PROXY", "http://", "http://HOST"),
      ("HTTP_PROXY", "http://u:hush@p:99999", "port"),
      ("HTTP_PROXY", "http://hu sh", "http://HOST"),
    ])
  func unusable(_ variable: String, _ value: String, _ word: String) throws {
    let problem = #expect(throws: ProxyProblem.self) {
      try ProxyRules(environment: [variable: value])
    }
    let text = try #require(problem).description
    #expect(text.hasPrefix("\(variable) "))
    #expect(text.contains(word), "\(text)")
    #expect(!text.contains("hush"))
    // Where it is never used it does no harm.
    #expect(try way("https://a.example", [variable: value, "no_proxy": "*"]) == "direct")
  }

  @Test func `its user and password are decoded and not shown`() throws {
    let environment = ["HTTPS_PROXY": "http://us%40er:hu%3Ash@p.example:3128"]
    let rules = try ProxyRules(environment: environment)
    let server = try #require(rules.server(for: "https://a.example"))
    #expect(server.user == "us@er")
    #expect(server.password?.reveal() == "hu:sh")
    #expect("\(server)" == "p.example:3128")
    #expect(!String(reflecting: rules).contains("hu:sh"))
  }
}
