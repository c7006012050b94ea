import JobWatchCore
import CloudModel
import SimulatedCloud
import Testing

@testable import CloudAPI

@Suite(.timeLimit(.minutes(10)))
struct SimulatedTroubleTests {
  @Test func `calls over the quota of a service are throttled until the window moves`() async throws {
    let quota = Quota(calls: 2, per: .seconds(60))
    try await CloudBench.run({ $0.quotas = [.ecs: quota] }) { bench async throws in
      bench.cloud.submit(.running())
      bench.cloud.submit(.running(.dcs))
      #expect(try await bench.ask().status == 200)
      bench.clock.pass(.seconds(30))
      #expect(try await bench.ask().status == 200)
      let throttled = try await bench.ask()
      #expect(throttled.status == 429)
      #expect(throttled.text.contains("policy user over ratelimit,limit:2,time:1 minute"))
      #expect(try await bench.ask(.dcs).status == 200, "the other service has no quota")
      bench.clock.pass(.seconds(30))
      #expect(try await bench.ask().status == 200, "the first call has left the window")
      #expect(try await bench.ask().status == 429)
      #expect(bench.cloud.throttledCalls.map(\.code) == ["APIGW.0308", "APIGW.0308"])
      #expect(bench.cloud.log.entries.count { $0.time >= CloudBench.start + .seconds(60) } == 2)
    }
  }

  @Test(arguments: [
    (Fault.unavailable, 503, "Common.0001"), (.page(status: 200), 200, "<html>"),
    (.page(status: 502), 502, "<html>"), (.redirect, 302, ""), (.garbage, 200, "{\""),
    (.unpublished, 404, "APIGW.0101"), (.forbidden, 403, "Pdp.0001"),
    (.flowLimited, 202, "Common.0024"), (.absence, 400, "DCS.4133"),
    (.truncated, 200, ""),
    (.delivery(.late(.milliseconds(1))), 200, #""job_id":"job""#),
    (.instead(.status(429, retryAfter: 7)), 429, ""),
  ])
  func `a fault shows in the answers of its service only, until it is cleared`(
    fault: Fault, status: Int, text: String
  ) async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.submit(.running())
      bench.cloud.submit(.running(.dcs))
      let whole = try await bench.ask(.dcs)
      bench.cloud.set(fault, for: .dcs)
      let answer = try await bench.ask(.dcs)
      #expect(answer.status == status)
      #expect(text.isEmpty || answer.text.contains(text))
      #expect(answer.headers.first("X-Request-Id") != nil)
      if case .delivery(.truncated) = fault {
        #expect(answer.truncated && whole.body.starts(with: answer.body))
        #expect(answer.body.count == whole.body.count / 2)
      } else {
        #expect(answer.body != whole.body || fault.isHarmless)
      }
      #expect(try await bench.ask(.ecs).status == 200)
      bench.cloud.clearFault(of: .dcs)
      #expect(try await bench.ask(.dcs).body == whole.body)
    }
  }

  @Test(arguments: [
    // One that is reset is tried once more.
    (Fault.reset, HTTPFailure.Kind.reset, Duration.seconds(30), 2),
    // Long enough for the call to arrive on a busy machine: one that does not uses up no fault.
    (.hang, .timeout, .seconds(1), 1),
  ])
  func `a fault for so many calls breaks those exchanges and no more`(
    fault: Fault, kind: HTTPFailure.Kind, timeout: Duration, tries: Int
  ) async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.submit(.running())
      bench.cloud.set(fault, for: .ecs, calls: 2 * tries)
      for _ in 1...2 {
        let failure = await #expect(throws: HTTPFailure.self) {
          try await bench.ask(timeout: timeout)
        }
        #expect(failure?.kind == kind, "\(failure?.message ?? "")")
      }
      #expect(try await bench.ask().status == 200)
      #expect(
        bench.cloud.log.entries.map(\.status) == Array(repeating: nil, count: 2 * tries) + [
          200
        ])
    }
  }

  @Test func `a cloud with a wrong clock shows it in all that it says of time`() async throws {
    try await CloudBench.run({ $0.clockSkew = .minutes(20) }) { bench async throws in
      bench.cloud.submit(.running(.dcs))
      let expired = try await bench.ask(.dcs)
      #expect(expired.status == 401)
      #expect(expired.headers.first("Date") == "Sat, 21 Nov 2026 21:58:21 GMT")
      #expect(expired.text.contains("server time:20261121T215821Z"))
      let answer = try await bench.ask(.dcs, signedAt: CloudBench.start + .minutes(20))
      #expect(answer.text.contains(#""begin_time":"1795298301000""#))
    }
  }

  @Test func `a cloud that stops lets go of the calls that hang`() async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.set(.hang, for: .ecs)
      let hanging = Task { try await bench.ask(timeout: .seconds(50)) }
      try await bench.cloud.log.wait(count: 1)
      await bench.cloud.stop()
      let failure = await #expect(throws: HTTPFailure.self) { try await hanging.value }
      // Reset, and then nobody is there for the next try; or just not yet.
      #expect([.reset, .refused].contains(failure?.kind))
    }
  }

  @Test(.timeLimit(.minutes(5))) func `a cloud may be stopped while connections arrive`() async throws {
    try await CloudBench.run { bench async throws in
      for _ in 0..<30 {
        let total = bench.cloud.log.total
        let calls = (0..<40).map { _ in Task { try await bench.ask() } }
        try await bench.cloud.log.wait(count: total + 1)
        await bench.cloud.stop()
        for call in calls { _ = await call.result }
        try await bench.restart()
      }
    }
  }

  @Test func `a stopped cloud comes back on its port`() async throws {
    try await CloudBench.run { bench async throws in
      bench.cloud.submit(.running())
      #expect(try await bench.ask().status == 200)
      await bench.cloud.stop()
      // A connection kept from before may be found closed only when it is used.
      var kind: HTTPFailure.Kind?
      while kind != .refused, !Task.isCancelled {
        kind = await #expect(throws: HTTPFailure.self) { try await bench.ask() }?.kind
      }
      #expect(kind == .refused)
      try await bench.restart()
      #expect(try await bench.ask().status == 200)
    }
  }

  @Test func `a call can be waited for`() async throws {
    try await CloudBench.run { bench async throws in
      async let next = bench.cloud.log.next { $0.jobID == "late" }
      async let three: Void = bench.cloud.log.wait(count: 3)
      // Until the wait above has begun, a call may pass unseen: ask until it was seen.
      while !Task.isCancelled, bench.cloud.log.total < 3 {
        _ = try await bench.ask(.ecs, "early")
      }
      try await three
      let asking = Task {
        while !Task.isCancelled { _ = try await bench.ask(.dcs, "late") }
      }
      let call = try await next
      asking.cancel()
      #expect(call.service == .dcs && call.code == "DCS.4133")
      let past = try await bench.cloud.log.first { $0.jobID == "early" }
      #expect(past.status == 400)
    }
  }
}

extension Fault {
  /// The answer is whole and right, only slow.
  fileprivate var isHarmless: Bool {
    if case .delivery(.late) = self { true } else { false }
  }
}
