import JobWatchCore
import JobWatchStore

/// What came of one attempt to deliver a message, decided; what remains is to write it down.
struct DeliveryRecord: Sendable {
  var message: Int64
  var channel: String
  var settlement: Transaction.Settlement
  var outcome: DeliveryOutcome
  var startedAt: Timestamp
  var at: Timestamp
  /// The channel works again: only these wait out their delays.
  var recovery: ReceiverHealth.Recovery?
  /// What the outcome changed for the channel.
  var change: ConditionChange?
  /// Tells that the message is given up.
  var loss: EventDraft?
  /// What is given up told of a failing channel itself: two channels must not tell each other for ever.
  var isLossQuiet: Bool

  func commit(_ transaction: Transaction, routes: RouteTable) throws {
    try transaction.settle(message, settlement, outcome: outcome, startedAt: startedAt, at: at)
    if let recovery { try transaction.makeDue(channel, at: at, except: recovery.waitingOn) }
    if let change { try transaction.apply(change, routes: routes) }
    guard let loss else { return }
    try transaction.append(loss, of: nil, to: isLossQuiet ? [] : routes.channels(for: loss))
  }
}
