/// Tells a message that a receiver will never take from a receiver that takes nothing for now, by what becomes of
/// other messages meanwhile: both are refused with 400, 413 or 422.
///
/// The receiver is in the wrong when it refuses several different messages with none taken in between. A message is
/// in the wrong when it is refused three times, although others are taken. One refusal tells nothing: a deploy may
/// have begun just then. Nor does another message that is taken after it: of the servers behind one address some have
/// the bad version and some the good one, for as long as a deploy takes. With nothing to compare, people are told, and
/// the message is kept and tried until another one shows which of the two it is.
///
/// That others are taken once a trouble is over counts half: what it refused before that, it may take now. It counts
/// all the same, or a class of messages that it never takes (the large ones, say) would look like one trouble after
/// the other for ever.
///
/// Only what is refused and waits is remembered, and not over a restart, which costs a message that is in the wrong
/// its few attempts once more.
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

  /// Different messages in a row whose refusal puts the receiver in the wrong. At most one less is given up before it
  /// shows.
  private static let limit = 3
  /// Refusals that put a message in the wrong, if others are taken; one more is worth a warning, if nothing else is
  /// known.
  package static let attempts = 3

  private struct Doubt: Hashable, Sendable {
    var refusals = 0
    /// How often others were taken around it, in halves; at most one whole for each refusal.
    var passes = 0
    /// For the last refusal that is counted already.
    var isPassed = false
  }

  /// By message.
  private var doubts: [Int64: Doubt] = [:]
  /// What was refused since a message was taken.
  private var streak: Set<Int64> = []
  private var lastTaken: Duration?
  /// Refusals that a trouble on record still excuses.
  private var credit: Int

  /// - Parameter isInTrouble: the channel was failing when the daemon stopped. Its first refusals are taken for more
  ///   of that.
  package init(isInTrouble: Bool = false) {
    credit = isInTrouble ? Self.limit : 0
  }

  private var isInTrouble: Bool { streak.count >= Self.limit }

  /// - Parameter uptime: when the answer came.
  package mutating func taken(_ message: Int64, at uptime: Duration) {
    doubts[message] = nil
    let halves = isInTrouble ? 1 : 2
    for refused in streak where doubts[refused]?.isPassed == false {
      doubts[refused]?.passes += halves
    }
    streak = []
    credit = 0
    lastTaken = uptime
  }

  /// - Parameter start: when the attempt began, as uptime.
  package mutating func refused(_ message: Int64, since start: Duration) -> Verdict {
    var doubt = doubts[message] ?? Doubt()
    doubt.refusals += 1
    doubt.isPassed = lastTaken.map { $0 >= start } ?? false
    if doubt.isPassed { doubt.passes += 2 }
    doubts[message] = doubt
    streak.insert(message)
    if isInTrouble { return .hold }
    if credit > 0 {
      credit -= 1
      return .hold
    }
    if doubt.passes == 0 && doubt.refusals > Self.attempts { return .warn }
    guard doubt.passes >= 2, doubt.refusals >= Self.attempts else { return .again }
    forget(message)
    return .giveUp
  }

  /// How often it was refused, as far as is remembered.
  package func count(of message: Int64) -> Int { doubts[message]?.refusals ?? 0 }

  /// What is refused although others are taken. It waits out its delays, whatever becomes of the others.
  package var passed: Set<Int64> { Set(doubts.filter { $0.value.passes >= 2 }.keys) }

  /// The message is given up for another reason.
  package mutating func forget(_ message: Int64) { doubts[message] = nil }
}
