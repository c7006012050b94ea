import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@testable import CloudAPI

/// What of IPv6 this machine has.
enum IPv6 {
  /// Whether `::1` can be listened on.
  static let isHere: Bool = {
    let socket = Foundation.socket(AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
    guard socket >= 0 else { return false }
    defer { close(socket) }
    var address = sockaddr_in6()
    address.sin6_family = sa_family_t(AF_INET6)
    address.sin6_addr = in6addr_loopback
    return withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(socket, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
      }
    }
  }()
}

@Suite struct `An endpoint with an IPv6 address` {
  @Test(.enabled(if: IPv6.isHere, "this machine has no ::1"), arguments: [false, true])
  func `is asked with a signature that holds`(isLegacy: Bool) async throws {
    let key = AccessKey(access: "EXAMPLEAK", secret: Secret("example secret"))
    let project = "0605767b5780d5762fc5c0118072a564"
    let now = Timestamp(Date())
    let cloud = SimulatedCloud(
      options: .init(projectIDs: [project], credentials: AcceptedCredentials(accessKeys: [key])), clock: { now })
    let endpoint = try await cloud.start(host: "::1")
    #expect(endpoint.hasPrefix("http://[::1]:"))
    cloud.submit(
      ScriptedJob(service: .ecs, jobID: "job1", jobType: "createServer", steps: .succeeding(after: .seconds(9))))
    let transport = HTTPClientTransport(options: .patient())
    let answer = await CloudClient(transport: transport.transport, timeout: .patient).ask(
      JobQuery(
        service: .ecs, endpoint: endpoint, projectID: project, jobID: "job1",
        credential: isLegacy ? .accessKey(key, .credential) : .accessKey(key), signingTime: now))
    await transport.shutdown()
    await cloud.stop()
    guard case .seen = answer.observation else {
      Issue.record("\(answer.observation)")
      return
    }
    #expect(cloud.calls(service: .ecs).map(\.status) == [200])
  }

  @Test(arguments: [
    ("::1", 128, true, false), ("[::1]", 128, true, false), ("127.255.0.1", 32, true, false),
    ("::ffff:127.0.0.1", 32, true, false), ("0:0:0:0:0:0:0:1", 128, true, false),
    ("169.254.169.254", 32, false, true), ("::ffff:a9fe:a9fe", 32, false, true),
    ("2001:db8::1", 128, false, false), ("128.0.0.1", 32, false, false), ("::", 128, false, false),
  ])
  func `is known however it is written`(text: String, width: Int, isLoopback: Bool, isMetadata: Bool) throws {
    let address = try #require(IPAddress(text))
    #expect(address.width == width)
    #expect(address.isLoopback == isLoopback)
    #expect(address.isMetadata == isMetadata)
  }

  @Test(arguments: ["", "localhost", "127.1", "127.0.0.1.example", "[127.0.0.1]", "::1%lo", "[]"])
  func `is none where it is a name`(text: String) {
    #expect(IPAddress(text) == nil)
  }
}
