import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

/// The signatures of requests, checked by the vendor's own SDK on what arrives over the wire.
@Suite struct VendorSignatureTests {
  /// A proxy in front of the simulated cloud, and what it has said so far.
  private struct Proxy {
    var url: String
    var output: String
    var place: Workplace

    /// Runs `body` with a proxy in front of `upstream`.
    static func run(
      of python: PythonEnvironment, before upstream: String, in place: Workplace, _ body: (Proxy) async throws -> Void
    ) async throws {
      let output = place.root + "/proxy"
      let changes = try FileEvents(of: place.root)
      let program = [
        PythonEnvironment.program("verifying_proxy.py"), upstream, Workplace.accessKey, Workplace.secretKey,
      ]
      try await python.run(program, output: output) {
        let url = try await within(.seconds(20), "the proxy listens") {
          for await change in changes.stream where change.name == "proxy" {
            let said = try place.text(of: output)
            if let match = said.firstMatch(of: /listening (.+)\n/) { return String(match.1) }
          }
          throw CancellationError()
        }
        try await body(Proxy(url: url, output: output, place: place))
      }
    }

    func lines(_ word: String) throws -> [Substring] {
      try place.text(of: output).split(separator: "\n").filter { $0.hasPrefix(word) }
    }
  }

  @Test("the vendor's SDK signs every request as we do", .timeLimit(.minutes(10)))
  func everyRequest() async throws {
    let settings = Testbed.Settings(keys: ["polling": "{floor: 200ms, ceiling: 1s}"])
    try await Testbed.run(settings) { bed in
      let packages = "huaweicloudsdkcore==3.1.219"
      guard let python = try await PythonEnvironment(with: packages, in: bed.place) else { return }
      let configuration = try bed.place.text(of: bed.place.configuration)
      let cloud = try #require(configuration.firstMatch(of: /ecs: "(.+?)"/)).1
      try await Proxy.run(of: python, before: String(cloud), in: bed.place) { proxy in
        try bed.place.write(
          configuration.replacing(cloud, with: proxy.url)
            .replacing("auth: aksk-otc", with: "auth: aksk"),
          to: bed.place.configuration)
        let jobs = try await Self.watch(bed)
        let verified = try proxy.lines("verified").count
        print("requests that the vendor's SDK verified: \(verified)")
        #expect(verified > 100)
        #expect(try proxy.lines("refused") == [])
        try await Self.expectRefusal(by: proxy, of: jobs[0].id)
      }
    }
  }

  /// The daemon watches a mixed load to its end.
  private static func watch(_ bed: Testbed) async throws -> [PlannedJob] {
    let daemon = try await bed.startDaemon()
    let jobs = (0..<40).map { number in
      let service: CloudService = number.isMultiple(of: 2) ? .ecs : .dcs
      let duration = Duration.milliseconds(200 * number)
      return number.isMultiple(of: 3)
        ? PlannedJob.failing(service, after: duration) : PlannedJob.succeeding(service, after: duration)
    }
    try bed.submit(jobs)
    try await within(.seconds(90), "every end is told") { try await bed.told(jobs) }
    #expect(await daemon.terminate() == .code(0))
    return jobs
  }

  /// The proxy can fail: the same client with another secret key.
  private static func expectRefusal(by proxy: Proxy, of job: String) async throws {
    let transport = HTTPClientTransport()
    let query = JobQuery(
      service: .ecs, endpoint: proxy.url, projectID: Workplace.projectID, jobID: job,
      credential: .accessKey(AccessKey(access: Workplace.accessKey, secret: Secret("another"), securityToken: nil)),
      signingTime: Testbed.clock())
    let client = CloudClient(transport: transport.transport, timeout: .seconds(300))
    let answer = await client.ask(query)
    await transport.shutdown()
    guard case .refused = answer.observation else {
      Issue.record("a wrong signature brought \(answer.observation)")
      return
    }
    #expect(try proxy.lines("refused").count == 1)
  }
}
