import JobWatchCore
import CloudModel
import SimulatedCloud
import Synchronization
import Testing

@testable import CloudAPI

@Suite(.timeLimit(.minutes(10)))
struct TokenLoginTests {
  @Test(arguments: [ProjectScope.name("eu-de"), .id(CloudBench.project)])
  func `a password gets a token that is good until its lifetime is over`(scope: ProjectScope) async throws {
    try await CloudBench.run { options in
      options.identity = CloudBench.identity(tokenLifetime: .seconds(90))
      // The lifetime is counted by the clock that the token dies by.
      options.clockSkew = .hours(3)
    } _: { bench async throws in
      bench.cloud.submit(.running())
      let issued = try await bench.login(CloudBench.user, scope).get()
      #expect(issued.lifetime == .seconds(90))
      #expect(issued.projectID == CloudBench.project)
      bench.clock.pass(.milliseconds(89_999))
      #expect(try await bench.ask(as: issued.credential).status == 200)
      bench.clock.pass(.milliseconds(1))
      #expect(try await bench.ask(as: issued.credential).status == 401)
      #expect(bench.cloud.calls(identity: .iam).map(\.status) == [201])
    }
  }

  @Test func `the password is in the body of the request alone`() async throws {
    let sent = Mutex<HTTPRequest?>(nil)
    let iam = IdentityClient(
      .iam, endpoint: "https://iam.example/",
      transport: { (request, _, _) async throws(HTTPFailure) in
        sent.withLock { $0 = request }
        throw HTTPFailure(.reset, "gone")
      })
    let result = await iam.token(for: CloudBench.user, .id("p1"), at: CloudBench.start)
    let failure = try #require(result.failure)
    #expect(failure == ("unreachable", "IAM at https://iam.example/: gone"))
    let request = try #require(sent.withLock { $0 })
    #expect(request.method == "POST" && request.url == "https://iam.example/v3/auth/tokens")
    let head = request.url + request.headers.map { "\($0.0): \($0.1)" }.joined(separator: "\n")
    #expect(!head.contains("pass") && !head.contains("watcher"))
    #expect(String(decoding: request.body, as: UTF8.self).contains(#""scope":{"project":{"id":"#))
  }

  @Test(
    arguments: [
      ("watcher", "another password", "example-account", ProjectScope.name("eu-de"), "refused"),
      ("nobody", nil, "example-account", .name("eu-de"), "refused"),
      ("watcher", nil, "another-account", .name("eu-de"), "refused"),
      ("watcher", nil, "example-account", .name("eu-xy"), "misconfigured"),
      ("watcher", nil, "example-account", .id("no-such-project"), "misconfigured"),
    ] as [(String, String?, String, ProjectScope, String)])
  func `a login that is not accepted says what to check`(
    name: String, password: String?, domain: String, scope: ProjectScope, kind: String
  ) async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      let user = PasswordUser(
        name: name, password: password.map { Secret($0) } ?? CloudBench.user.password, domainName: domain)
      let failure = try #require(await bench.login(user, scope).failure)
      #expect(failure.kind == kind)
      let key = kind == "refused" ? "password" : scope == .name("eu-xy") ? "project_name" : "project_id"
      #expect(failure.text.contains("Check") && failure.text.contains(key), "\(failure.text)")
      #expect(failure.text.contains("domain_name"))
      #expect(!failure.text.contains("pass ") && !failure.text.contains("another password"))
    }
  }

  private static let good = #"{"token":{"expires_at":"2026-11-22T21:38:21.000000Z"}}"#
  private static let token = [("X-Subject-Token", "abc")]
  private static let iamError = #"{"error":{"code":400,"message":"Bad scope.","title":"Bad"}}"#

  @Test(arguments: [
    (Fault.text(201, good), "unreachable", "no X-Subject-Token"),
    (Fault.text(201, good, [("X-Subject-Token", "")]), "unreachable", "no X-Subject-Token"),
    (Fault.text(201, good, [("X-Subject-Token", "a b")]), "unreachable", "cannot send"),
    (Fault.text(201, "{}", token), "unreachable", "not as documented"),
    (Fault.text(201, #"{"token":{}}"#, token), "unreachable", "no expires_at"),
    (Fault.text(201, #"{"token":{"expires_at":"soon"}}"#, token), "unreachable", "cannot be read"),
    (
      Fault.text(201, #"{"token":{"expires_at":"2026-11-21T21:38:21.000000Z"}}"#, token),
      "unreachable", "had expired at 2026-11-21T21:38:21.000Z"
    ), (Fault.text(200, "<html>Log in</html>"), "unreachable", "HTTP 200 with an HTML page"),
    (Fault.text(400, iamError), "misconfigured", "Bad scope. Check project_name"),
    (Fault.text(404, #"{"error_code":"IAM.0004","error_msg":"x"}"#), "misconfigured", "IAM.0004"),
    (.unpublished, "misconfigured", "endpoints: iam"),
    (Fault.text(404, "<html>"), "unreachable", "HTTP 404 with an HTML page"),
    (Fault.text(401, ""), "refused", "HTTP 401"), (.forbidden, "refused", "Access denied. Let"),
    (.flowLimited, "throttled", "limit: Optional(5)"),
    (Fault.text(429, "", [("Retry-After", "7")]), "throttled", "retryAfter: Optional(7.0 seconds)"),
    (Fault.text(202, #"{"error_code":"Common.0024","error_msg":"x"}"#), "throttled", "Common.0024"),
    (.unavailable, "unreachable", "HTTP 503, 503: Out of order."),
    (Fault.text(500, ""), "unreachable", "HTTP 500 with no body"),
    (.redirect, "unreachable", "host login.example"),
    (.garbage, "unreachable", "not as documented"),
    (.truncated, "unreachable", "not as documented"), (.reset, "unreachable", "reset"),
  ])
  func `an answer that is no token says what it was`(fault: Fault, kind: String, words: String) async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      // One that is reset is tried once more.
      bench.cloud.set(fault, for: .iam, calls: words == "reset" ? 2 : 1)
      let failure = try #require(await bench.login().failure)
      #expect(failure.kind == kind)
      #expect(failure.text.contains(words), "\(failure.text)")
      #expect((try? await bench.login().get()) != nil, "the next one is not touched by it")
    }
  }

  /// As a job's record is read, see `A damaged answer`.
  @Test(arguments: [("", "<!-- 42 ms -->"), ("", " trailing"), ("\u{FEFF}", "\0\n"), ("", good)])
  func `a token is read with what stands around its JSON`(before: String, behind: String) async throws {
    let body = before + Self.good + behind
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      bench.cloud.set(Fault.text(201, body, Self.token), for: .iam)
      #expect(try await bench.login().get().lifetime == .hours(24), "\(body)")
    }
  }

  @Test func `of two ends of a token the last counts, unless more than JSON stands there`()
    async throws
  {
    let twice = #"{"token":{"expires_at":"2026-11-21T22:38:21Z","expires_at":"2026-11-21T23:38:21Z"}}"#
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      for (body, lifetime) in [(twice, Duration.hours(2)), (twice + " x", .hours(1))] {
        bench.cloud.set(Fault.text(201, body, Self.token), for: .iam)
        #expect(try await bench.login().get().lifetime == lifetime)
      }
    }
  }

  @Test func `an answer that is too large is cut short`() async throws {
    // Not arguments, because those are printed.
    let long = String(repeating: " ", count: CloudClient.bodyLimit)
    let cases = [
      (Fault.text(201, Self.good, [("X-Subject-Token", String(repeating: "x", count: 65_537))]), "larger than"),
      (
        Fault.text(201, Self.good, [("X-Subject-Token", String(repeating: "x", count: 1_000_000))]),
        "IAM at http://127.0.0.1:"
      ), (Fault.text(500, long + "x"), "too large"),
      (Fault.text(201, long + Self.good, Self.token), "not as documented"),
    ]
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      for (fault, words) in cases {
        bench.cloud.set(fault, for: .iam, calls: 1)
        let failure = try #require(await bench.login().failure)
        #expect(failure.kind == "unreachable")
        #expect(failure.text.contains(words), "\(failure.text.prefix(500))")
        #expect(await bench.login().failure == nil)
      }
    }
  }

  @Test func `an IAM that does not answer in time is unreachable`() async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      bench.cloud.set(.hang, for: .iam)
      // Long enough for the call to arrive: a connection that nobody took yet would stop the server hard.
      let failure = try #require(await bench.login(timeout: .seconds(1)).failure)
      #expect(failure.kind == "unreachable" && failure.text.hasSuffix("no answer in time"))
      let wrong = await IdentityClient(
        .iam, endpoint: "iam.example", transport: bench.client.transport
      ).token(for: CloudBench.user, .id("p"), at: bench.clock.wall)
      #expect(wrong.failure?.kind == "misconfigured")
    }
  }

  @Test(arguments: [400, 401, 403, 404, 429, 500, 201])
  func `a password that IAM quotes is in no failure`(status: Int) async throws {
    let password = CloudBench.user.password.reveal()
    let escaped = password.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
    let quotes = [
      "wrong password \(password)!", "body: {\"password\":\"\(escaped)\"}",
      "body: {\"password\":\"\(escaped.replacing("ü", with: "\\u00FC"))\"}",
      "path ?p=\(PercentEncoding.encode(password))", String(repeating: password, count: 2000),
    ]
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      for quote in quotes {
        let inner = quote.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"")
        for body in [
          #"{"error":{"code":\#(status),"message":"\#(inner)"}}"#,
          #"{"error_code":"\#(inner)","error_msg":"x"}"#, quote,
          #"{"token":{"expires_at":"\#(inner)"}}"#,
        ] {
          bench.cloud.set(Fault.text(status, body, Self.token), for: .iam)
          let failure = try #require(await bench.login().failure)
          for part in ["pass ", "w/o", "w%2F", "rd%"] { #expect(!failure.text.contains(part), "\(failure.text)") }
        }
      }
    }
  }

  @Test func `of a password that a long message cuts nothing is left`() async throws {
    let password = (100..<200).map { "p\($0)" }.joined()
    let body = #"{"error":{"code":401,"message":"\#(String(repeating: password, count: 50))"}}"#
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      bench.cloud.set(Fault.text(401, body), for: .iam)
      let user = PasswordUser(name: "u", password: Secret(password), domainName: "d")
      let failure = try #require(await bench.login(user).failure)
      #expect(failure.text.contains("(redacted)") && !failure.text.contains("p100p101"))
    }
  }
}
