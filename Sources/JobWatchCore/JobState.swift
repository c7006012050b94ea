/// Where a job is, as far as jobwatch knows. `Sources/INTERNALS.md` has the table of states.
package enum JobState: String, Sendable, Codable, CaseIterable {
  /// Accepted from the spool; the cloud has not shown it yet.
  case registered
  /// `INIT`.
  case pending
  /// `RUNNING`.
  case running
  /// `PENDING_PAYMENT`: the order was submitted, the payment is open (ECS on Huawei Cloud only).
  case awaitingPayment = "awaiting_payment"
  /// `SUCCESS`.
  case succeeded
  /// `FAIL`.
  case failed
  /// Its record vanished past the unpaid retention; it was last seen unpaid, at most a day before.
  case lapsed
  /// Its record vanished before its end was seen.
  case lost
  /// The cloud never showed it.
  case unknown
  /// Taken off the list by the operator.
  case forgotten

  /// No further poll is expected to change it. (A lost job is looked for until its record would be deleted.)
  package var isFinal: Bool {
    switch self {
    case .registered, .pending, .running, .awaitingPayment: false
    case .succeeded, .failed, .lapsed, .lost, .unknown, .forgotten: true
    }
  }

  /// The cloud itself said that this is the end.
  package var isConfirmedEnd: Bool { self == .succeeded || self == .failed }

  /// A new submission starts the watch again, because the cloud told no end.
  package var reopensOnSubmit: Bool { isFinal && !isConfirmedEnd }
}
