import CloudAPI
import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@Suite(.timeLimit(.minutes(10)))
struct ProjectLookupTests {
  @Test(arguments: [
    Credential.accessKey(CloudBench.key), .accessKey(CloudBench.key, .credential),
    .token(CloudBench.token),
  ])
  func `the id of a project is found by its name`(credential: Credential) async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      #expect(await bench.projectID(of: "eu-de", as: credential) == .success(CloudBench.project))
    }
  }

  @Test func `a key that was handed out may ask as well`() async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      for issued in [try await bench.login().get(), try await bench.temporaryKey().get()] {
        let found = await bench.projectID(of: "eu-de", as: issued.credential)
        #expect(found == .success(CloudBench.project))
      }
    }
  }

  @Test(arguments: [("eu-xy", "no project named eu-xy"), ("twin", "2 projects named twin")])
  func `a name of none or of several projects is to be corrected`(name: String, words: String) async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      let failure = try #require(await bench.projectID(of: name).failure)
      #expect(failure.kind == "misconfigured")
      #expect(failure.text.contains(words))
      #expect(failure.text.lowercased().contains("give project_id"))
    }
  }

  @Test func `a clock that is far off is corrected once`() async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      let late = bench.clock.wall - .hours(2)
      #expect(await bench.projectID(of: "eu-de", at: late) == .success(CloudBench.project))
      #expect(bench.cloud.calls(identity: .iam).map(\.status) == [401, 200])
    }
  }

  @Test(arguments: [
    (Fault.text(200, "{}"), "unreachable", "not as documented"),
    (Fault.text(200, #"{"projects":[{"id":"","name":"eu-de"}]}"#), "unreachable", "without an id"),
    (Fault.text(200, #"{"projects":[{"id":"a/b","name":"eu-de"}]}"#), "unreachable", "an id"),
    (Fault.text(200, #"{"projects":[{"id":"x","name":"other"}]}"#), "misconfigured", "no project"),
    (
      Fault.text(200, #"{"projects":[{"description":"the "main" one","id":"x","name":"eu-de"}]}"#),
      "unreachable", "no sound JSON"
    ),
    (
      Fault.text(200, "{}", [("Server", "CloudWAF")]), "unreachable",
      "not as documented (CloudWAF, the cloud's web application firewall, answers or stands in front)"
    ), (.page(status: 200), "unreachable", "HTML"), (.garbage, "unreachable", "not as documented"),
    (.truncated, "unreachable", "broke off"), (.redirect, "unreachable", "redirects"),
    (.unavailable, "unreachable", "503"), (.reset, "unreachable", "reset"),
    (.forbidden, "misconfigured", "let the user list"), (.flowLimited, "throttled", "APIGW.0308"),
    (.absence, "misconfigured", "endpoints: iam"), (.unpublished, "misconfigured", "APIGW.0101"),
    (
      Fault.text(401, #"{"error_code":"APIGW.0301","error_msg":"EXAMPLEAK example secret"}"#),
      "refused", "(redacted) (redacted)"
    ),
  ])
  func `an answer that is no list of projects says what it was`(
    fault: Fault, kind: String, words: String
  ) async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      bench.cloud.set(fault, for: .iam)
      let failure = try #require(await bench.projectID(of: "eu-de").failure)
      #expect(failure.kind == kind)
      #expect(failure.text.contains(words), "\(failure.text)")
      #expect(failure.text.split(separator: "(CloudWAF").count <= 2, "it is said once")
      #expect(!failure.text.contains("example secret"))
    }
  }

  @Test func `a credential that is not accepted or cannot be sent is refused`() async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      for credential in [
        Credential.token(Secret("old")), .token(Secret("two\nlines")),
        .accessKey(AccessKey(access: "EXAMPLEAK", secret: Secret("wrong"))),
      ] {
        let failure = try #require(await bench.projectID(of: "eu-de", as: credential).failure)
        #expect(failure.kind == "refused")
        #expect(!failure.text.contains("lines") || !failure.text.contains("two"))
      }
    }
  }
}
