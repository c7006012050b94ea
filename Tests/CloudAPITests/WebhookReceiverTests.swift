import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@testable import CloudAPI

@Suite(.timeLimit(.minutes(10)))
struct WebhookReceiverTests {
  /// Computed apart from this code, by `openssl dgst -sha256 -hmac KEY -binary` over
  /// `msg_1.1795297101.{"a":1}`, for the keys `plain key` and, as `whsec_c2VjcmV0IGJ5dGVz`, `secret
  /// bytes`.
  static let byPlainKey = "v1,QyM9S3DTIJ9ojF0nOgSG6YM8jT273U26TvOKjKEkXi8="
  static let byEncodedKey = "v1,6pO8KmkH2YseQ17u4zPUQr/LYsFN1GiC1ZvSWSeVvss="

  @Test(arguments: [
    (byPlainKey, "1795297101", "{\"a\":1}", true),
    (byEncodedKey, "1795297101", "{\"a\":1}", true),
    ("v1,AAAA v1a,x \(byEncodedKey)", "1795297101", "{\"a\":1}", true),
    (byPlainKey, "1795297101", "{\"a\":2}", false),
    (byPlainKey, "1795297102", "{\"a\":1}", false),
    (byPlainKey.replacing("v1,", with: "v2,"), "1795297101", "{\"a\":1}", false),
    (byPlainKey, "soon", "{\"a\":1}", false),
  ])
  func `a delivery is verified by its signature`(
    signature: String, timestamp: String, body: String, isGood: Bool
  ) async throws {
    try await withReceiver(secrets: ["plain key", "whsec_c2VjcmV0IGJ5dGVz"]) {
      receiver, post async throws in
      let answer = try await post(
        [
          ("webhook-id", "msg_1"), ("webhook-timestamp", timestamp),
          ("webhook-signature", signature),
        ], body)
      #expect(answer.status == 200)
      let delivery = try await receiver.log.first { $0.id == "msg_1" }
      #expect((delivery.verification == .verified) == isGood)
      #expect(delivery.body == Array(body.utf8) && delivery.isAccepted)
    }
  }

  @Test(arguments: [(Duration.minutes(5), true), (.minutes(5) + .milliseconds(1), false)])
  func `a signature is good for five minutes`(age: Duration, isGood: Bool) async throws {
    let clock = ManualClock(CloudBench.start + age)
    try await withReceiver(secrets: ["plain key"], clock: clock) { receiver, post async throws in
      _ = try await post(
        [
          ("webhook-id", "msg_1"), ("webhook-timestamp", "1795297101"),
          ("webhook-signature", Self.byPlainKey),
        ], "{\"a\":1}")
      #expect((receiver.deliveries.first?.verification == .verified) == isGood)
    }
  }

  @Test func `deliveries are answered by the script`() async throws {
    try await withReceiver(secrets: []) { receiver, post async throws in
      receiver.answer(with: [.status(503), .status(429, retryAfter: 7), .reset, .reset], then: .status(204))
      #expect(try await post([], "1").status == 503)
      #expect(try await post([], "2").headers.first("Retry-After") == "7")
      await #expect(throws: HTTPFailure.self) { try await post([], "3") }
      for body in ["4", "5"] { #expect(try await post([], body).status == 204) }
      try await receiver.log.wait(count: 6)
      #expect(receiver.deliveries.map(\.status) == [503, 429, nil, nil, 204, 204])
      #expect(receiver.deliveries.map(\.verification).allSatisfy { $0 == .notChecked })
    }
  }

  private func withReceiver(
    secrets: [String], clock: ManualClock = ManualClock(CloudBench.start),
    _ body: (WebhookReceiver, _ post: ([(String, String)], String) async throws -> HTTPResponse) async throws -> Void
  ) async throws {
    let receiver = WebhookReceiver(secrets: secrets, clock: { clock.wall })
    let url = try await receiver.start() + "/hooks/any"
    let client = HTTPClientTransport(options: .patient())
    do {
      try await body(receiver) { headers, text in
        try await client.send(
          HTTPRequest(method: "POST", url: url, headers: headers, body: Array(text.utf8)),
          timeout: .patient, bodyLimit: 1 << 20)
      }
    } catch {
      Issue.record(error)
    }
    await client.shutdown()
    await receiver.stop()
  }
}
