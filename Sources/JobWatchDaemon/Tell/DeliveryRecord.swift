import JobWatchCore
import JobWatchStore

/// What came of one attempt to deliver a message, decided; what remains is to write it down.
struct DeliveryRecord: Sendable {
  var message: Int64
  var channel: String
  var settlement: Ledger.Settlement
  var outcome: DeliveryOutcome
  var startedAt: Timestamp
  var at: Timestamp
  /// The channel works again: only these wait out their delays.
  var recovery: ReceiverHealth.Recovery?
  /// What the outcome changed for the channel.
  var change: HealthChange?
  /// Tells that the message is given up.
  var loss: EventDraft?
  /// What is given up told of a failing channel itself: two channels must not tell each other for ever.
  var isLossQuiet: Bool

  func commit(_ ledger: Ledger, routes: RouteTable) throws {
    try ledger.settle(message, settlement, outcome: outcome, startedAt: startedAt, at: at)
    if let recovery { try ledger.makeDue(channel, at: at, except: recovery.waitingOn) }
    try change?.commit(ledger, routes: routes)
    guard let loss else { return }
    try ledger.append(loss, of: nil, to: isLossQuiet ? [] : routes.channels(for: loss))
  }
}
