import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@testable import CloudAPI

@Suite(.timeLimit(.minutes(10)))
struct SimulatedIdentityTests {
  @Test func `all tokens die at once, and a new one is good`() async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      bench.cloud.submit(.running())
      let old = try await bench.login().get().credential
      #expect(try await bench.ask(as: old).status == 200)
      bench.cloud.revokeTokens()
      let refused = try await bench.ask(as: old)
      #expect(refused.status == 401 && refused.text.contains("decrypt token fail"))
      #expect(try await bench.ask(as: try await bench.login().get().credential).status == 200)
    }
  }

  @Test func `a token is for its own project alone`() async throws {
    try await CloudBench.run { options in
      options.identity = CloudBench.identity()
      options.projectIDs.insert("id-of-twin-1")
    } _: { bench async throws in
      bench.cloud.submit(.running())
      let issued = try await bench.login(CloudBench.user, .id("id-of-twin-1")).get()
      #expect(issued.projectID == "id-of-twin-1")
      let answer = try await bench.ask(as: issued.credential)
      #expect(answer.status == 400 && answer.text.contains("Common.0018"))
    }
  }

  @Test func `a key is renewed before its end, and the old one lives on`() async throws {
    let metadata = SimulatedMetadata(keyLifetime: .minutes(60), renewal: .minutes(10))
    try await CloudBench.run {
      $0.identity = CloudBench.identity(metadata)
    } _: {
      bench async throws in
      let first = try await bench.temporaryKey().get()
      bench.clock.pass(.minutes(50) - .milliseconds(1))
      #expect(try await bench.temporaryKey().get().credential == first.credential)
      bench.clock.pass(.milliseconds(1))
      let second = try await bench.temporaryKey().get()
      #expect(second.credential != first.credential && second.lifetime == .minutes(60))
      #expect(await bench.projectID(of: "eu-de", as: first.credential).failure == nil)
    }
  }

  @Test func `a key that is renewed late is handed out after its end`() async throws {
    let metadata = SimulatedMetadata(keyLifetime: .minutes(60), renewal: .minutes(-1))
    try await CloudBench.run {
      $0.identity = CloudBench.identity(metadata)
    } _: {
      bench async throws in
      let first = try await bench.temporaryKey().get()
      bench.clock.pass(.minutes(60))
      let failure = try #require(await bench.temporaryKey().failure)
      #expect(failure.kind == "unreachable" && failure.text.contains("had expired"))
      bench.clock.pass(.minutes(1))
      #expect(try await bench.temporaryKey().get().credential != first.credential)
    }
  }

  @Test func `a temporary key needs its security token`() async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      guard case .accessKey(var key, _) = try await bench.temporaryKey().get().credential else {
        Issue.record("no key")
        return
      }
      key.securityToken = nil
      let failure = try #require(await bench.projectID(of: "eu-de", as: .accessKey(key)).failure)
      #expect(failure.kind == "refused" && failure.text.contains("security token"))
    }
  }

  @Test(arguments: [
    ("POST", "/v3/auth/tokens", 400), ("GET", "/v3/auth/tokens", 405),
    ("PUT", "/meta-data/latest/api/token", 400), ("GET", "/openstack/latest/securitykey", 401),
    ("GET", "/v3/projects", 401), ("GET", "/v3/nothing", 404),
  ])
  func `a request that is no good is answered as such`(method: String, path: String, status: Int) async throws {
    let metadata = SimulatedMetadata(versions: .second)
    try await CloudBench.run {
      $0.identity = CloudBench.identity(metadata)
    } _: {
      bench async throws in
      let answer = try await bench.client.send(
        HTTPRequest(method: method, url: bench.base + path), timeout: .patient, bodyLimit: 1000)
      #expect(answer.status == status)
      let calls = IdentityClient.Service.allCases.flatMap { bench.cloud.calls(identity: $0) }
      #expect(calls.count == (status == 404 ? 0 : 1))
      #expect(CloudService.all.allSatisfy { bench.cloud.calls(service: $0).isEmpty })
    }
  }

  @Test func `a slow IAM is late and no more`() async throws {
    try await CloudBench.run {
      $0.identity = CloudBench.identity()
    } _: { bench async throws in
      bench.cloud.set(.delivery(.late(.milliseconds(50))), for: .iam)
      let start = ContinuousClock.now
      #expect(await bench.login().failure == nil)
      #expect(.now - start >= .milliseconds(50))
      bench.cloud.clearFault(of: .iam)
      #expect(await bench.login().failure == nil)
    }
  }
}
