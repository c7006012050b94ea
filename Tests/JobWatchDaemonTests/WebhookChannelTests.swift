import JobWatchCore
import CloudModel
import SimulatedCloud
import Synchronization
import Testing

@testable import CloudAPI
@testable import JobWatchDaemon
@testable import JobWatchStore

@Suite struct `A webhook channel` {
  private let now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_123), uptime: .zero)
  private let message = OutgoingMessage(
    id: 1, job: nil, attempts: 0,
    event: StoredEvent(
      seq: 7, id: "msg_2b", at: Timestamp(milliseconds: 1_790_000_000_000), kind: "job.failed",
      data: #"{"summary":"it failed"}"#))

  /// What was asked of the transport.
  private final class Asked: Sendable {
    private let requests = Mutex<[(request: HTTPRequest, timeout: Duration, bodyLimit: Int)]>([])
    var all: [(request: HTTPRequest, timeout: Duration, bodyLimit: Int)] { requests.withLock(\.self) }
    func note(_ request: HTTPRequest, _ timeout: Duration, _ bodyLimit: Int) {
      requests.withLock { $0.append((request, timeout, bodyLimit)) }
    }
  }

  private func channel(
    answering answer: Result<HTTPResponse, HTTPFailure>, secrets: [String] = [], asked: Asked = Asked()
  ) throws -> WebhookChannel {
    let signers = try secrets.map { try StandardWebhooks(secret: Secret($0)) }
    return WebhookChannel(
      url: Secret("https://hooks.example/x"),
      format: .standardWebhooks(StandardWebhooks(joining: signers)), timeout: .seconds(15)
    ) { request, timeout, bodyLimit async throws(HTTPFailure) in
      asked.note(request, timeout, bodyLimit)
      return try answer.get()
    }
  }

  @Test(
    "makes of a status what is to be done with the message",
    arguments: [
      (200, .delivered(status: 200)), (204, .delivered(status: 204)),
      (299, .delivered(status: 299)), (410, .gone(status: 410)),
      (400, rejected(400)), (413, rejected(413)), (422, rejected(422)),
      (199, retry(199)), (300, retry(300)), (302, retry(302)), (401, retry(401)), (404, retry(404)),
      (429, retry(429)), (500, retry(500)), (503, retry(503)),
    ] as [(Int, DeliveryOutcome)])
  func status(_ status: Int, _ expected: DeliveryOutcome) async throws {
    let channel = try channel(answering: .success(HTTPResponse(status: status)))
    #expect(await channel.deliver(message, at: now) == expected)
  }

  private static func rejected(_ status: Int) -> DeliveryOutcome {
    .rejected(status: status, reason: "the receiver answered \(status): it refuses the message")
  }

  private static func retry(_ status: Int) -> DeliveryOutcome {
    .retry(status: status, reason: "the receiver answered \(status)", retryAfter: nil)
  }

  @Test("obeys the wait that a receiver asks for", arguments: [429, 503, 500])
  func retryAfter(_ status: Int) async throws {
    let answer = HTTPResponse(status: status, headers: HTTPFields([("Retry-After", "120")]))
    let outcome = try await channel(answering: .success(answer)).deliver(message, at: now)
    #expect(outcome == .retry(status: status, reason: "the receiver answered \(status)", retryAfter: .seconds(120)))
  }

  @Test func `tries again later where nobody answers`() async throws {
    let failure = HTTPFailure(.timeout, "no answer")
    let outcome = try await channel(answering: .failure(failure)).deliver(message, at: now)
    #expect(outcome == .retry(status: nil, reason: failure.message, retryAfter: nil))
  }

  @Test func `posts the body and the headers of its format, and waits for the status only`()
    async throws
  {
    let asked = Asked()
    let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    let channel = try channel(answering: .success(HTTPResponse(status: 200)), secrets: [secret], asked: asked)
    _ = await channel.deliver(message, at: now)
    let (request, timeout, bodyLimit) = try #require(asked.all.first)
    #expect(
      String(decoding: request.body, as: UTF8.self)
        == #"{"type":"job.failed","timestamp":"2026-09-21T14:13:20.000Z","data":{"summary":"it failed"}}"#)
    #expect(request.method == "POST" && request.url == "https://hooks.example/x")
    #expect(bodyLimit == 0 && timeout == .seconds(15))
    let names = request.headers.map(\.0)
    #expect(
      names == [
        "webhook-id", "webhook-timestamp", "webhook-signature", "Content-Type", "User-Agent",
      ])
    let values = request.headers.map(\.1)
    #expect(values[0] == "msg_2b" && values[1] == "1790000000")
    #expect(values[2].hasPrefix("v1,") && values[3] == "application/json")
  }

  @Test func `sends the same body and id again, with the time and signature of the attempt`()
    async throws
  {
    let asked = Asked()
    let channel = try channel(answering: .success(HTTPResponse(status: 500)), secrets: ["plain"], asked: asked)
    _ = await channel.deliver(message, at: now)
    _ = await channel.deliver(message, at: Moment(wall: now.wall + .seconds(5), uptime: .seconds(5)))
    let requests = asked.all.map(\.request)
    try #require(requests.count == 2)
    #expect(requests[0].body == requests[1].body)
    #expect(requests[0].headers[0].1 == requests[1].headers[0].1)
    #expect(requests[1].headers[1].1 == "1790000005")
    #expect(requests[0].headers[2].1 != requests[1].headers[2].1)
  }

  @Test func `signs with every secret, and not at all without one`() async throws {
    for (secrets, count) in [([], 0), (["a"], 1), (["a", "b"], 2)] {
      let asked = Asked()
      let channel = try channel(answering: .success(HTTPResponse(status: 200)), secrets: secrets, asked: asked)
      _ = await channel.deliver(message, at: now)
      let headers = try #require(asked.all.first).request.headers
      let signatures = headers.first { $0.0 == "webhook-signature" }?.1.split(separator: " ") ?? []
      #expect(signatures.count == count)
    }
  }
}

/// A delivery to a receiver on loopback, by the transport of the daemon.
@Suite(.timeLimit(.minutes(5))) struct `A webhook channel on the network` {
  private let now = Moment(wall: Timestamp(milliseconds: 1_790_000_000_000), uptime: .zero)
  private static let path = "/hook?key=hush"

  private func withReceiver(
    secrets: [String] = [], _ body: (WebhookReceiver, String) async throws -> Void
  ) async throws {
    let receiver = WebhookReceiver(secrets: secrets) { [now] in now.wall }
    try await body(receiver, try await receiver.start() + Self.path)
    await receiver.stop()
  }

  private func deliver(
    to url: String, secrets: [String] = [], timeout: Duration = .minutes(2)
  ) async throws -> DeliveryOutcome {
    let signers = try secrets.map { try StandardWebhooks(secret: Secret($0)) }
    var options = HTTPClientTransport.Options()
    options.connectTimeout = timeout
    let transport = HTTPClientTransport(options: options)
    let channel = WebhookChannel(
      url: Secret(url), format: .standardWebhooks(StandardWebhooks(joining: signers)),
      timeout: timeout, transport: transport.transport)
    let message = OutgoingMessage(
      id: 1, job: nil, attempts: 0,
      event: StoredEvent(seq: 7, id: "msg_2b", at: now.wall, kind: "job.failed", data: #"{"summary":"it failed"}"#))
    let outcome = await channel.deliver(message, at: now)
    await transport.shutdown()
    if let reason = outcome.reason { #expect(!reason.contains("hush"), "\(reason)") }
    return outcome
  }

  @Test(arguments: [
    (200, "delivered"), (202, "delivered"), (204, "delivered"), (299, "delivered"), (300, "retry"),
    (302, "retry"), (400, "rejected"), (401, "retry"), (403, "retry"), (404, "retry"),
    (408, "retry"), (409, "retry"), (410, "gone"), (413, "rejected"), (422, "rejected"),
    (429, "retry"), (500, "retry"), (502, "retry"), (503, "retry"), (504, "retry"),
  ])
  func `decides by the status`(_ status: Int, _ expected: String) async throws {
    try await withReceiver { receiver, url async throws in
      receiver.answer(with: [], then: .status(status))
      let outcome = try await deliver(to: url)
      #expect("\(outcome)".hasPrefix(expected) && outcome.status == status, "\(outcome)")
      #expect(receiver.deliveries.count == 1)
    }
  }

  @Test(arguments: [
    ("7", Duration?.some(.seconds(7))), ("Mon, 21 Sep 2026 14:15:20 GMT", .minutes(2)),
    ("soon", nil), ("", nil), ("-5", .zero),
  ])
  func `obeys a wait that can be read`(_ field: String, _ wait: Duration?) async throws {
    try await withReceiver { receiver, url async throws in
      let busy = Reply(status: 503, headers: [("Retry-After", field)])
      receiver.answer(with: [busy])
      let expected = DeliveryOutcome.retry(status: 503, reason: "the receiver answered 503", retryAfter: wait)
      let outcome = try await deliver(to: url)
      #expect(outcome == expected)
    }
  }

  @Test func `posts what the receiver can verify`() async throws {
    try await withReceiver(secrets: ["plain"]) { receiver, url async throws in
      #expect(try await deliver(to: url, secrets: ["plain"]) == .delivered(status: 200))
      let delivery = try #require(receiver.deliveries.first)
      #expect(delivery.verification == .verified && delivery.id == "msg_2b")
    }
  }

  @Test func `takes a status for the answer though the body is cut off`() async throws {
    try await withReceiver { receiver, url async throws in
      let words = Array("taken, and thank you".utf8)
      receiver.answer(with: [Reply(status: 200, body: words, delivery: .truncated)])
      #expect(try await deliver(to: url) == .delivered(status: 200))
    }
  }

  @Test func `does not follow a redirect`() async throws {
    try await withReceiver { other, target async throws in
      try await withReceiver { receiver, url async throws in
        let redirect = Reply(status: 307, headers: [("Location", target)])
        receiver.answer(with: [redirect])
        let outcome = try await deliver(to: url)
        #expect(outcome == .retry(status: 307, reason: "the receiver answered 307", retryAfter: nil))
        #expect(other.deliveries.isEmpty)
      }
    }
  }

  @Test(arguments: ["hangs", "resets", "is away", "speaks no TLS"])
  func `tries again later where a receiver gives no status`(_ trouble: String) async throws {
    try await withReceiver { receiver, url async throws in
      var (url, timeout) = (url, Duration.minutes(2))
      switch trouble {
      case "hangs":
        receiver.answer(with: [], then: .hang)
        timeout = .milliseconds(300)
      case "resets": receiver.answer(with: [], then: .reset)
      case "is away": await receiver.stop()
      default: url = url.replacing("http://", with: "https://")
      }
      let outcome = try await deliver(to: url, timeout: timeout)
      guard case .retry(nil, let reason, nil) = outcome else {
        Issue.record("\(outcome)")
        return
      }
      #expect(!reason.isEmpty)
      if trouble == "speaks no TLS" { #expect(reason.contains("does not speak TLS"), "\(reason)") }
    }
  }
}
