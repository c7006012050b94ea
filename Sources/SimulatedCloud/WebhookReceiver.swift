import JobWatchCore
import Synchronization

/// A webhook's receiver on loopback. It checks signatures, keeps what it got, and answers by a
/// script.
///
/// An answer does not depend on the signature, and any method is taken, so that a heartbeat can be
/// received too.
package final class WebhookReceiver: Sendable {
  private struct Script {
    var replies: ArraySlice<Reply>
    var last: Reply
  }

  /// Every request that arrived, with ways to wait for those to come.
  package let transaction = CallLog<WebhookDelivery>()
  private let signature: WebhookSignature
  private let script = Mutex(Script(replies: [], last: .status(200)))
  private let clock: @Sendable () -> Timestamp
  private let server = LoopbackServer()

  /// Without `secrets` nothing is verified; with several any one may have signed.
  package init(secrets: [String] = [], clock: @escaping @Sendable () -> Timestamp) {
    signature = WebhookSignature(secrets: secrets)
    self.clock = clock
  }

  /// Begins to listen on 127.0.0.1 and returns the base URL; every path is received.
  /// Throws what the system said if the port cannot be had.
  package func start(port: Int = 0) async throws -> String {
    try await server.start(port: port) { [self] request in answer(request) }
  }

  package func stop() async { await server.stop() }

  /// From now on the deliveries are answered by `replies` in turn, and by `last` when they are used
  /// up.
  package func answer(with replies: [Reply], then last: Reply = .status(200)) {
    script.withLock { $0 = Script(replies: replies[...], last: last) }
  }

  package var deliveries: [WebhookDelivery] { transaction.entries }

  /// Returns once `count` deliveries have arrived since the start.
  package func waitForDeliveries(count: Int) async throws {
    try await transaction.wait(count: count)
  }

  /// The first matching delivery, past ones included.
  package func delivery(
    where matches: @Sendable (WebhookDelivery) -> Bool
  ) async throws -> WebhookDelivery {
    try await transaction.first(where: matches)
  }

  private func answer(_ request: ReceivedRequest) -> Reply {
    let now = clock()
    let verification = signature.verification(of: request, at: now)
    return script.withLock { script in
      let reply = script.replies.popFirst() ?? script.last
      transaction.append(
        WebhookDelivery(
          time: now, request: request, verification: verification, status: reply.visibleStatus))
      return reply
    }
  }
}
