import CloudModel
import JobWatchCore
import Synchronization

/// A webhook's receiver on loopback. It checks signatures, keeps what it got, and answers by a script.
///
/// An answer does not depend on the signature. Any method is taken, because heartbeats are received too.
package final class WebhookReceiver: Sendable {
  /// Every request that arrived, with ways to wait for those to come.
  package let log = CallLog<WebhookDelivery>()
  private let signature: WebhookSignature
  private let script = Mutex((replies: ArraySlice<Reply>(), last: Reply.status(200)))
  private let clock: @Sendable () -> Timestamp
  private let server = LoopbackServer()

  /// Without `secrets` nothing is verified; with several any one may have signed.
  package init(secrets: [String] = [], clock: @escaping @Sendable () -> Timestamp) {
    signature = WebhookSignature(secrets: secrets)
    self.clock = clock
  }

  /// Begins to listen on 127.0.0.1 and returns the base URL; every path is received.
  /// Throws the system's error if the port cannot be had.
  package func start(port: Int = 0) async throws -> String {
    try await server.start(port: port) { [self] request in answer(request) }
  }

  package func stop() async { await server.stop() }

  /// Answers deliveries by `replies` in turn from now on, and then by `last`.
  package func answer(with replies: [Reply], then last: Reply = .status(200)) {
    script.withLock { $0 = (replies[...], last) }
  }

  package var deliveries: [WebhookDelivery] { log.entries }

  private func answer(_ request: ReceivedRequest) -> Reply {
    let now = clock()
    let verification = signature.verification(of: request, at: now)
    return script.withLock { script in
      let reply = script.replies.popFirst() ?? script.last
      log.append(WebhookDelivery(time: now, request: request, verification: verification, status: reply.visibleStatus))
      return reply
    }
  }
}
