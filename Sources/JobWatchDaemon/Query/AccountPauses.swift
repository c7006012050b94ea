import JobWatchCore
import JobWatchStore

/// The reasons why some accounts or services are not polled, for commands: what an event told of and is not over yet.
package struct AccountPauses: Sendable {
  package struct Pause: Sendable, Hashable, Encodable {
    /// Nil: all of the account's.
    package let service: String?
    package let account: String
    /// `held` (by hand), `refused`, `locked_out`, `forbidden` or `misconfigured`.
    package let kind: String
    package let since: Timestamp
    package let cause: String

    /// `held` ends when somebody resumes the account; the others end by themselves once the cause does.
    package var isByHand: Bool { kind == Condition.Kind.pausedByHand.rawValue }
  }

  private let told: [Condition]

  private static let pauses: Set<Condition.Kind> = [
    .pausedByHand, .refused, .lockedOut, .forbidden, .misconfigured,
  ]
  private static let outages: Set<Condition.Kind> = [.unreachable, .busy, .absent]

  package init(_ transaction: Transaction) throws {
    told = try transaction.conditions.open().filter { $0.toldAt != nil }
  }

  /// Why polls of `endpoint` bring no usable answer, as `endpoint.down` has told.
  package func trouble(of endpoint: EndpointKey) -> String? {
    told.first { $0.subject == .endpoint(endpoint) && Self.outages.contains($0.kind) }?.cause
  }

  /// Whether the account is paused by hand.
  package func isPausedByHand(_ account: String) -> Bool {
    told.contains { $0.subject == .account(account) && $0.kind == .pausedByHand }
  }

  /// Those that stop the polls of `endpoint`, oldest first.
  package func on(_ endpoint: EndpointKey) -> [Pause] {
    told.compactMap { condition in
      let isWhole = condition.subject == .account(endpoint.account)
      guard Self.pauses.contains(condition.kind),
        isWhole || condition.subject == .endpoint(endpoint)
      else { return nil }
      return Pause(
        service: isWhole ? nil : endpoint.service, account: endpoint.account,
        kind: condition.kind.rawValue, since: condition.since, cause: condition.cause)
    }
  }
}
