/// Tells a message that a receiver will never take from a receiver that takes nothing for now, by what becomes of other
/// messages meanwhile: both are refused with 400, 413 or 422.
///
/// The receiver is at fault when it refuses several messages and takes none in between. A message is at fault when it is
/// refused three times although others are taken: once may be a deploy, during which some servers have the bad version.
/// With nothing to compare, people are told, and the message is tried until another one shows which of the two it is.
///
/// A delivery that ends a trouble counts half against the messages refused before it, because the receiver may take them
/// now. If it did not count at all, messages that are never taken (large ones, say) would look like one trouble after the
/// other.
///
/// Nothing is remembered over a restart, which costs a message at fault its few attempts once more.
package struct RefusalStreak: Hashable, Sendable {
  package enum Verdict: Hashable, Sendable {
    /// The message is tried again after its next delay.
    case again
    /// Nothing else was taken either since it came: somebody has to look, and the attempt does not count.
    case warn
    /// It will never be taken.
    case giveUp
    /// The receiver is in trouble: nothing is given up, and the attempt does not count.
    case hold
  }

  /// Different messages refused in a row that put the receiver at fault. Fewer are given up before it shows.
  private static let limit = 3
  /// Refusals that put a message at fault, if others are taken. One more is worth a warning, if nothing else is known.
  package static let attempts = 3

  private struct Message: Hashable, Sendable {
    var refusals = 0
    /// How often others were taken around it, in halves; at most one whole for each refusal.
    var passes = 0
    /// The last refusal is counted in `passes` already.
    var isPassed = false
  }

  private var messages: [Int64: Message] = [:]
  /// What was refused since a message was taken.
  private var streak: Set<Int64> = []
  private var lastTaken: Duration?
  /// Refusals that a trouble on record still excuses.
  private var credit: Int

  /// - Parameter isInTrouble: the channel was failing when the daemon stopped. Its first refusals count as more of
  ///   that.
  package init(isInTrouble: Bool = false) { credit = isInTrouble ? Self.limit : 0 }

  private var isInTrouble: Bool { streak.count >= Self.limit }

  /// - Parameter uptime: when the answer came.
  package mutating func taken(_ message: Int64, at uptime: Duration) {
    messages[message] = nil
    let halves = isInTrouble ? 1 : 2
    for refused in streak where messages[refused]?.isPassed == false { messages[refused]?.passes += halves }
    (streak, credit, lastTaken) = ([], 0, uptime)
  }

  /// - Parameter start: when the attempt began, as uptime.
  package mutating func refused(_ id: Int64, since start: Duration) -> Verdict {
    var message = messages[id] ?? Message()
    message.refusals += 1
    message.isPassed = lastTaken.map { $0 >= start } ?? false
    if message.isPassed { message.passes += 2 }
    messages[id] = message
    streak.insert(id)
    if isInTrouble { return .hold }
    if credit > 0 {
      credit -= 1
      return .hold
    }
    if message.passes == 0 && message.refusals > Self.attempts { return .warn }
    guard message.passes >= 2, message.refusals >= Self.attempts else { return .again }
    forget(id)
    return .giveUp
  }

  /// How often it was refused, as far as is remembered.
  package func count(of message: Int64) -> Int { messages[message]?.refusals ?? 0 }

  /// What is refused although others are taken. It waits out its delays, whatever becomes of the others.
  package var passed: Set<Int64> { Set(messages.filter { $0.value.passes >= 2 }.keys) }

  package mutating func forget(_ message: Int64) { messages[message] = nil }
}
