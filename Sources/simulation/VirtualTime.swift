import HeapModule
import JobWatchCore
import SimulatedMachine

/// The clocks of the simulated world, and all that waits for a time.
///
/// A ready task runs at once and takes 1 to 20 µs; while none is ready, time jumps to the next entry. Which of several
/// ready tasks runs next is drawn, so that each seed is another interleaving. The simulation has one thread, and so do all
/// types here that are marked as safe to send.
final class VirtualTime: @unchecked Sendable {
  /// What an entry belongs to.
  enum Owner {
    /// Goes on whatever becomes of the daemon.
    case world
    /// Is lost with the process, and waits while the machine is suspended.
    case process
  }

  private struct Entry: Comparable {
    var at: Duration
    /// Entries of one time fire in the order in which they were made.
    var number: UInt64
    var owner: Owner
    var action: () -> Void

    static func < (left: Entry, right: Entry) -> Bool { (left.at, left.number) < (right.at, right.number) }
    static func == (left: Entry, right: Entry) -> Bool { left.number == right.number }
  }

  /// The wall time at which every run begins: 2026-11-02 08:00 UTC.
  static let start = Timestamp(milliseconds: 1_793_606_400_000)

  /// Since the run began.
  private(set) var now = Duration.zero
  private var slept = Duration.zero
  /// The machine sleeps until then.
  private(set) var awakeAt = Duration.zero
  private var bootedAt = Duration.zero
  private var sleptAtBoot = Duration.zero
  /// The machine's wall clock minus the true time.
  private(set) var clockError = Duration.zero
  private var entries = Heap<Entry>()
  private var number: UInt64 = 0
  private var draw: Draw
  /// Entries of processes that ended, kept because a killed process runs no clean-up.
  private var dead: [Entry] = []
  /// How many processes have ended.
  private(set) var endedProcesses = 0
  private(set) var steps = 0
  /// When this hour began, and how many steps there were before.
  private var hour: (from: Duration, steps: Int) = (.zero, 0)
  /// Of all steps: two runs of one seed have the same.
  private(set) var digest = StableHash()

  init(seed: UInt64) { draw = Draw(seed: seed, for: "schedule") }

  // MARK: Clocks

  /// The true time, by which the cloud goes.
  var truth: Timestamp { Self.start + now }

  /// What the machine's clocks show.
  var moment: Moment {
    let slept = slept - max(awakeAt - now, .zero) - sleptAtBoot
    return Moment(wall: truth + clockError, uptime: now - bootedAt + .seconds(60), slept: slept)
  }

  /// Since the boot, without sleep.
  var awake: Duration { now - bootedAt - (slept - max(awakeAt - now, .zero) - sleptAtBoot) }

  /// When the wall clock, set as it is now, showed a time.
  func when(_ wall: Timestamp) -> Duration { wall - clockError - Self.start }

  func setClock(by step: Duration) { clockError += step }

  /// The clocks that count from the boot begin again.
  func reboot() { (bootedAt, sleptAtBoot, awakeAt) = (now, slept, now) }

  /// The machine sleeps from now on: what waits in it waits so much longer.
  func suspend(for duration: Duration) {
    slept += duration
    awakeAt = now + duration
    entries = Heap(
      entries.unordered.map { entry in
        var entry = entry
        if entry.owner == .process { entry.at += duration }
        return entry
      })
  }

  var isAsleep: Bool { now < awakeAt }

  /// Does at once what only a machine that is awake does, or when it wakes up.
  func whenAwake(_ action: @escaping () -> Void) { isAsleep ? after(awakeAt - now) { action() } : action() }

  /// So many steps in an hour are no work, but a loop that never rests.
  var isSpinning: Bool { steps - hour.steps > 300_000 }

  // MARK: Entries

  func after(_ wait: Duration, _ owner: Owner = .world, _ action: @escaping () -> Void) {
    number += 1
    let from = owner == .process ? max(now, awakeAt) : now
    entries.insert(Entry(at: from + max(wait, .zero), number: number, owner: owner, action: action))
  }

  /// `Time.wake` of the daemon.
  func wake(after wait: Duration, _ ring: @escaping @Sendable () -> Void) -> any Sendable {
    let token = Token()
    after(wait, .process) { [weak token] in if token != nil { ring() } }
    return token
  }

  private final class Token: Sendable {}

  /// The process is dead: nothing of it happens any more.
  func forgetProcess() {
    endedProcesses += 1
    executor_forget()
    dead += entries.unordered.filter { $0.owner == .process }
    entries = Heap(entries.unordered.filter { $0.owner != .process })
  }

  /// Runs until `end`, or until `isOver`.
  ///
  /// - Parameter afterStep: called after each step of the daemon or the world.
  func run(until end: Duration, isOver: () -> Bool, afterStep: () -> Void) {
    while !isOver() {
      let ready = executor_ready()
      if ready > 0 {
        let index = ready == 1 ? 0 : Int(draw.next() % UInt64(ready))
        now += .microseconds(Int64(1 + draw.next() % 20))
        note(UInt64(index) << 8 | 1)
        executor_run(index)
      } else {
        guard let next = entries.min, next.at <= end else { break }
        entries.removeMin()
        now = max(now, next.at)
        note(next.number << 8 | 2)
        next.action()
      }
      afterStep()
    }
    if !isOver() { now = max(now, end) }
  }

  private func note(_ step: UInt64) {
    steps += 1
    if now - hour.from > .hours(1) { hour = (now, steps) }
    digest.combine(step)
    digest.combine(UInt64(bitPattern: now.nanoseconds))
  }
}
