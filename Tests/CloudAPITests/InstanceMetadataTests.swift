import CloudAPI
import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@Suite(.prompt, .timeLimit(.minutes(10)))
struct InstanceMetadataTests {
  @Test(arguments: SimulatedMetadata.Versions.allCases, [Signer.Form.access, .credential])
  func `a temporary key is good for jobs until its lifetime is over`(
    versions: SimulatedMetadata.Versions, form: Signer.Form
  ) async throws {
    try await CloudBench.run { options in
      options.identity = CloudBench.identity(SimulatedMetadata(versions: versions, keyLifetime: .minutes(2)))
      options.clockSkew = .minutes(-10)
    } _: { bench async throws in
      bench.cloud.submit(.running())
      let issued = try await bench.temporaryKey(form).get()
      #expect(issued.lifetime == .minutes(2) && issued.projectID == nil)
      switch (issued.credential, form) {
      case (.accessKey(let key, .access), .access), (.accessKey(let key, .credential), .credential):
        #expect(key.securityToken != nil)
      default: Issue.record("\(issued.credential) does not sign as \(form)")
      }
      let client = CloudClient(transport: bench.client.transport, timeout: .patient)
      var query = JobQuery(
        service: .ecs, endpoint: bench.base, projectID: CloudBench.project, jobID: "job",
        credential: issued.credential, signingTime: bench.clock.wall)
      guard case .seen = await client.ask(query).observation else {
        Issue.record("the key is not accepted")
        return
      }
      bench.clock.pass(.minutes(2))
      query.signingTime = bench.clock.wall
      guard case .refused(let error) = await client.ask(query).observation else {
        Issue.record("the key outlives its lifetime")
        return
      }
      #expect(error.message.contains("not exist"))
      let calls = bench.cloud.calls(identity: .metadata).map(\.status)
      #expect(calls == (versions == .first ? [404, 200] : [200, 200]))
    }
  }

  @Test(arguments: [404, 405, 503])
  func `a service without session tokens is asked without one`(status: Int) async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      bench.cloud.set(Fault.text(status, "no"), for: .metadata, calls: 1)
      #expect(try await bench.temporaryKey().get().lifetime == .hours(1))
    }
  }

  @Test(arguments: SimulatedMetadata.Versions.allCases)
  func `a server without an agency is told to get one`(
    versions: SimulatedMetadata.Versions
  ) async throws {
    let metadata = SimulatedMetadata(versions: versions, hasAgency: false)
    try await CloudBench.run {
      $0.identity = CloudBench.identity(metadata)
    } _: {
      bench async throws in
      let failure = try #require(await bench.temporaryKey().failure)
      #expect(failure.kind == "refused")
      #expect(failure.text.contains("Attach an agency"))
      bench.cloud.identity.metadata.hasAgency = true
      #expect((try? await bench.temporaryKey().get()) != nil)
    }
  }

  @Test(arguments: [
    (Fault.text(200, ""), "unreachable", "else than a session token"),
    (Fault.text(200, "<html>x</html>"), "unreachable", "else than a session token"),
    (Fault.text(200, "a\r\nX-Other: b"), "unreachable", "else than a session token"),
    (Fault.text(200, String(repeating: "x", count: 8193)), "unreachable", "else than a session token"),
    (Fault.text(500, ""), "unreachable", "HTTP 500"), (.redirect, "unreachable", "redirects"),
    (Fault.text(403, "no"), "refused", "read its metadata"), (.reset, "unreachable", "reset"),
    (.truncated, "unreachable", "else than a session token"),
    (.flowLimited, "throttled", "APIGW.0308"),
  ])
  func `an answer that is no session token says what it was`(
    fault: Fault, kind: String, words: String
  ) async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      bench.cloud.set(fault, for: .metadata)
      let failure = try #require(await bench.temporaryKey().failure)
      #expect(failure.kind == kind)
      #expect(failure.text.contains(words), "\(failure.text)")
      // One that is reset is tried once more.
      #expect(bench.cloud.calls(identity: .metadata).count == (words == "reset" ? 2 : 1))
    }
  }

  private static func key(_ access: String, _ end: String) -> String {
    #"{"credential":{"access":"\#(access)","secret":"hush","securitytoken":"hush","expires_at":\#(end)}}"#
  }

  @Test(arguments: [
    (Fault.text(200, ""), "unreachable", "else than a temporary key"),
    (Fault.text(200, #"{"credential":{"access":"a"}}"#), "unreachable", "than a temporary key"),
    // A quotation mark too many, behind which everything is a guess.
    (Fault.text(200, key(#"a","b" c"#, #""2026-11-22T21:38:21Z""#)), "unreachable", "temporary key"),
    (Fault.text(200, key("", #""2026-11-22T21:38:21Z""#)), "unreachable", "empty"),
    (Fault.text(200, key("a b", #""2026-11-22T21:38:21Z""#)), "unreachable", "cannot be sent"),
    (Fault.text(200, key("ak", "null")), "unreachable", "no expires_at"),
    (Fault.text(200, key("ak", #""2026-11-20T21:38:21Z""#)), "unreachable", "had expired"),
    (Fault.text(200, key("ak", #""2026""#)), "unreachable", "cannot be read"),
    (Fault.text(401, "Unauthorized"), "refused", "read its metadata"),
    (.absence, "misconfigured", "on a server of the cloud only"),
    (Fault.text(400, #"{"code":"x","message":"y"}"#), "misconfigured", "endpoints: metadata"),
    (.unavailable, "unreachable", "HTTP 503"), (.page(status: 502), "unreachable", "HTML"),
  ])
  func `an answer that is no key says what it was`(fault: Fault, kind: String, words: String) async throws {
    // Without session tokens, so that the first answer is none and the second is the fault.
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      let metadata = IdentityClient(
        .metadata, endpoint: bench.base,
        transport: { [bench] (request, timeout, limit) async throws(HTTPFailure) in
          if request.method == "GET" { bench.cloud.set(fault, for: .metadata) }
          return try await bench.client.transport(request, timeout, limit)
        }, timeout: .patient)
      let failure = try #require(await metadata.temporaryKey(.access, at: bench.clock.wall).failure)
      #expect(failure.kind == kind)
      #expect(failure.text.contains(words), "\(failure.text)")
      #expect(!failure.text.contains("hush"))
    }
  }

  @Test func `a service that does not answer in time is unreachable`() async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      bench.cloud.set(.hang, for: .metadata)
      // Long enough for the call to arrive: a connection that nobody took yet would stop the server hard.
      let failure = try #require(await bench.temporaryKey(timeout: .seconds(1)).failure)
      #expect(failure.kind == "unreachable" && failure.text.hasSuffix("no answer in time"))
    }
  }
}
