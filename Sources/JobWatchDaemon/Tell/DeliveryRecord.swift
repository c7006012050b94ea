import JobWatchCore
import JobWatchStore

/// One attempt to deliver a message, with what was decided on its outcome, to be stored.
struct DeliveryRecord: Sendable {
  var message: OutgoingMessage
  var channel: String
  var outcome: DeliveryOutcome
  var judgement: ReceiverHealth.Judgement
  var startedAt: Timestamp
  var at: Timestamp

  func commit(_ transaction: Transaction, routes: RouteTable) throws {
    try transaction.messages.settle(message.id, judgement.settlement, outcome: outcome, startedAt: startedAt, at: at)
    if let waiting = judgement.dueExcept { try transaction.messages.makeDue(channel, at: at, except: waiting) }
    if let change = judgement.change { try transaction.apply(change, routes: routes) }
    guard judgement.settlement == .givenUp else { return }
    let loss = loss
    // The loss of a message about a failing channel is not sent, because two channels would tell each other for ever.
    let isQuiet = message.event.kind == EventKind.channelFailing.rawValue
    try transaction.append(loss, of: nil, to: isQuiet ? [] : routes.channels(for: loss))
  }

  /// The event that the message is given up. The message stays in the database.
  private var loss: EventDraft {
    let reason = outcome.reason ?? "no reason"
    var data = EventData(
      summary:
        "channel \(channel) was not told of \(message.event.kind) (seq \(message.event.seq)): "
        + "given up after \(judgement.attempts) attempts, \(reason)")
    (data.channel, data.cause) = (channel, reason)
    return EventDraft(.channelFailing, at: at, data)
  }
}
