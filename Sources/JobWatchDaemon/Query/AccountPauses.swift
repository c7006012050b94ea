import JobWatchCore
import JobWatchStore

/// Why nothing is asked for in some lanes, for commands: what `account.paused` has told and is not over yet.
package struct AccountPauses: Sendable {
  package struct Pause: Sendable, Hashable, Encodable {
    /// Nil: all of the account's.
    package let service: String?
    package let account: String
    /// `held` (by hand), `refused`, `forbidden` or `misconfigured`.
    package let kind: String
    package let since: Timestamp
    package let cause: String

    /// `held` is over when somebody says so; the others end by themselves once the cause does.
    package var isByHand: Bool { kind == HealthChange.Kind.held.rawValue }
  }

  private let conditions: [Transaction.Condition]
  private let troubles: [Transaction.Condition]

  private static let kinds: [HealthChange.Kind] = [
    .held, .refused, .lockedOut, .forbidden, .misconfigured,
  ]
  private static let endpointKinds: [HealthChange.Kind] = [.unreachable, .busy, .absent]

  package init(_ transaction: Transaction) throws {
    let all = try transaction.conditions()
    func those(of kinds: [HealthChange.Kind]) -> [Transaction.Condition] {
      all.filter { condition in kinds.contains { $0.rawValue == condition.kind } }
    }
    (conditions, troubles) = (those(of: Self.kinds), those(of: Self.endpointKinds))
  }

  /// Why polls of `lane` bring no usable answer, as `endpoint.down` has told.
  package func trouble(of lane: EndpointKey) -> String? {
    troubles.first { $0.subject == HealthChange.subject(lane) }?.cause
  }

  /// Whether the account is paused by hand.
  package func isHeld(_ account: String) -> Bool {
    conditions.contains {
      $0.subject == HealthChange.subject(account: account)
        && $0.kind == HealthChange.Kind.held.rawValue
    }
  }

  /// Those that stop the polls of `lane`, oldest first.
  package func on(_ lane: EndpointKey) -> [Pause] {
    conditions.compactMap { condition in
      let isWhole = condition.subject == HealthChange.subject(account: lane.account)
      guard isWhole || condition.subject == HealthChange.subject(lane) else { return nil }
      return Pause(
        service: isWhole ? nil : lane.service, account: lane.account, kind: condition.kind,
        since: condition.since, cause: condition.cause)
    }
  }
}
