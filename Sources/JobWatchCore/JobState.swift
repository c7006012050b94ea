/// Where a job is, as far as jobwatch knows.
///
/// ```
///             +------------+      the cloud showed it       +---------+
///  submitted  | registered | -----------------------------> | pending |  INIT
///  ---------> |            |                                | running |  RUNNING
///             +------------+                                | awaiting|  PENDING_PAYMENT
///                   |                                       | Payment |
///     never shown   |          any of these may follow any  +---------+
///                   |          other, backwards too          |   |   |
///                   v                               the cloud|   |   |record gone
///               unknown                             said     v   |   v
///                                           succeeded, failed    |   lost (end not seen)
///                                                                |
///               forgotten (taken off by the operator)            v
///                                                             lapsed (unpaid, record gone after 14 days)
/// ```
/// A final state is left in two ways only: a lost job that is sighted again (`job.found`), and a job that
/// ended unknown, lost, lapsed or forgotten and is submitted again.
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
  /// Last seen unpaid at most a day before its record vanished past the unpaid retention.
  case lapsed
  /// Its record vanished before its end was seen.
  case lost
  /// The cloud never showed it.
  case unknown
  /// Taken off the list by the operator.
  case forgotten

  /// No further poll is expected to change it. (A lost job is still looked for until its window is over.)
  package var isFinal: Bool {
    switch self {
    case .registered, .pending, .running, .awaitingPayment: false
    case .succeeded, .failed, .lapsed, .lost, .unknown, .forgotten: true
    }
  }

  /// The cloud itself said that this is the end.
  package var isConfirmedEnd: Bool { self == .succeeded || self == .failed }

  /// Submitting the job again starts the watch anew: jobwatch has no end of it to stand by.
  package var reopensOnSubmit: Bool { isFinal && !isConfirmedEnd }
}
