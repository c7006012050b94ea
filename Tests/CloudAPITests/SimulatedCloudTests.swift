import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@testable import CloudAPI

/// A running cloud, and a client that signs by hand.
struct CloudBench {
  static let project = "0605767b5780d5762fc5c0118072a564"
  static let key = AccessKey(access: "EXAMPLEAK", secret: Secret("example secret"))
  static let token = Secret("example token")
  /// 2026-11-21T21:38:21Z
  static let start = Timestamp(milliseconds: 1_795_297_101_000)

  let clock = ManualClock(start)
  let cloud: SimulatedCloud
  let client: HTTPClientTransport
  /// The endpoint of every service.
  let base: String

  static func run(
    _ change: (inout SimulatedCloud.Options) -> Void = { _ in }, _ body: (CloudBench) async throws -> Void
  ) async throws {
    var options = SimulatedCloud.Options(
      projectIDs: [project], credentials: AcceptedCredentials(accessKeys: [key], tokens: [token]))
    change(&options)
    let bench = try await CloudBench(options)
    do {
      try await body(bench)
      await bench.end()
    } catch {
      await bench.end()
      throw error
    }
  }

  private init(_ options: SimulatedCloud.Options) async throws {
    cloud = SimulatedCloud(options: options, clock: { [clock] in clock.wall })
    client = HTTPClientTransport(options: .patient())
    base = try await cloud.start()
  }

  private func end() async {
    await client.shutdown()
    await cloud.stop()
  }

  func restart() async throws {
    _ = try await cloud.start(port: try #require(base.split(separator: ":").last.flatMap { Int($0) }))
  }

  /// Asks for a job of `project`, by default with the known key and the present time.
  func ask(
    _ service: CloudService = .ecs, _ jobID: String = "job", project: String = project,
    as credential: Credential = .accessKey(key), signedAt time: Timestamp? = nil, timeout: Duration = .patient
  ) async throws -> HTTPResponse {
    var request = HTTPRequest(url: base + service.target(projectID: project, jobID: jobID))
    let date = time ?? clock.wall
    switch credential {
    case .accessKey(let key, .access):
      request.headers = [("X-Project-Id", project)]
      Signer(key: key, form: .access).sign(&request, at: date)
    case .accessKey(let key, .credential):
      Signer(key: key, form: .credential).sign(&request, at: date)
      request.headers.append(("X-Project-Id", project))
    case .token(let token): request.headers = [("X-Auth-Token", token.reveal())]
    }
    return try await client.send(request, timeout: timeout, bodyLimit: 1 << 20)
  }
}

extension HTTPResponse {
  var text: String { String(decoding: body, as: UTF8.self) }
}

extension ScriptedJob {
  static func running(_ service: CloudService = .ecs) -> ScriptedJob {
    ScriptedJob(
      service: service, jobID: "job", jobType: "createServer", steps: [ScriptedStep(after: .zero, status: "RUNNING")])
  }
}

@Suite(.timeLimit(.minutes(10)))
struct SimulatedCloudTests {
  @Test(arguments: [
    Credential.accessKey(CloudBench.key), .accessKey(CloudBench.key, .credential),
    .token(CloudBench.token),
  ])
  func `a call with a good proof is answered`(credential: Credential) async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.submit(.running())
      let answer = try await bench.ask(as: credential)
      #expect(answer.status == 200)
      #expect(answer.headers.first("Date") == "Sat, 21 Nov 2026 21:38:21 GMT")
      let call = try #require(bench.cloud.calls(service: .ecs).first)
      #expect(call.requestID == answer.headers.first("X-Request-Id"))
      #expect(call.jobID == "job" && call.time == CloudBench.start && !call.isRefused)
    }
  }

  @Test(arguments: [
    (Credential.accessKey(AccessKey(access: "NOBODY", secret: Secret("x"))), Duration.zero, "ak NOBODY not exist"),
    (
      .accessKey(AccessKey(access: "EXAMPLEAK", secret: Secret("wrong"))), .zero,
      "verify aksk signature fail, canonicalRequest:GET|/v1/\(CloudBench.project)/jobs/job/||host:"
    ),
    (
      .accessKey(CloudBench.key, .credential), .minutes(16),
      "signature expired, signature time:20261121T213821Z,server time:20261121T215421Z"
    ), (.token(Secret("old")), .zero, "decrypt token fail"),
  ])
  func `a call without a good proof is refused with the reason`(
    credential: Credential, age: Duration, reason: String
  ) async throws {
    try await CloudBench.run { bench async throws in
      bench.clock.pass(age)
      let answer = try await bench.ask(as: credential, signedAt: CloudBench.start)
      #expect(answer.status == 401)
      #expect(answer.text.contains(#""error_code":"APIGW.0301""#))
      #expect(answer.text.contains(reason), "\(answer.text)")
      #expect(bench.cloud.refusedCalls.count == 1)
    }
  }

  @Test func `a revoked key is refused and a rotated one accepted`() async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.submit(.running())
      bench.cloud.credentials.accessKeys["EXAMPLEAK"]?.secret = Secret("new")
      #expect(try await bench.ask().status == 401)
      let key = AccessKey(access: "EXAMPLEAK", secret: Secret("new"))
      #expect(try await bench.ask(as: .accessKey(key)).status == 200)
    }
  }

  @Test func `five failures in a row lock the key for five minutes`() async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.submit(.running())
      let wrong = Credential.accessKey(AccessKey(access: "EXAMPLEAK", secret: Secret("wrong")))
      for _ in 1...4 { #expect(try await bench.ask(as: wrong).status == 401) }
      #expect(try await bench.ask().status == 200, "a success between starts the count again")
      for _ in 1...5 { #expect(try await bench.ask(as: wrong).status == 401) }
      bench.clock.pass(.minutes(5) - .milliseconds(1))
      let locked = try await bench.ask()
      #expect(locked.status == 401)
      #expect(locked.text.contains("AK access failed to reach the limit,forbidden."))
      bench.clock.pass(.milliseconds(1))
      #expect(try await bench.ask().status == 200)
    }
  }

  @Test(arguments: [
    (CloudService.ecs, 400, #"{"error":{"message":"#, #""code":"Common.0018"}}"#),
    (.dcs, 401, #"{"error_code":"DCS.1004","#, #""}"#),
  ])
  func `another project in the URL is a mistake`(
    service: CloudService, status: Int, start: String, end: String
  ) async throws {
    try await CloudBench.run { bench async throws in
      let answer = try await bench.ask(service, project: "another")
      #expect(answer.status == status)
      #expect(answer.text.hasPrefix(start) && answer.text.hasSuffix(end), "\(answer.text)")
    }
  }
}
