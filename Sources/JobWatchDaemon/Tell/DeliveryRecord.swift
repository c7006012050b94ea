import JobWatchCore
import JobWatchStore

/// The decided result of one attempt to deliver a message, to be stored.
struct DeliveryRecord: Sendable {
  var message: Int64
  var channel: String
  var settlement: MessageTable.Settlement
  var outcome: DeliveryOutcome
  var startedAt: Timestamp
  var at: Timestamp
  /// The channel works again: all its messages are due, except those named here.
  var recovery: ReceiverHealth.Recovery?
  /// The change of the channel's health, if any.
  var change: ConditionChange?
  /// The event that the message is given up.
  var loss: EventDraft?
  /// The message was itself about a failing channel: its loss is not sent, because two channels would tell each other
  /// for ever.
  var isLossQuiet: Bool

  func commit(_ transaction: Transaction, routes: RouteTable) throws {
    try transaction.messages.settle(
      message, settlement, outcome: outcome, startedAt: startedAt, at: at)
    if let recovery {
      try transaction.messages.makeDue(channel, at: at, except: recovery.waitingOn)
    }
    if let change { try transaction.apply(change, routes: routes) }
    guard let loss else { return }
    try transaction.append(loss, of: nil, to: isLossQuiet ? [] : routes.channels(for: loss))
  }
}
