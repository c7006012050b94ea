import JobWatchCore

/// The daemon runs, unless something keeps it from that, and ends by order only.
struct Alive: Promise {
  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    var violations = world.machine.unexplained.map { Violation("ALIVE", $0) }
    guard isEnd else { return violations }
    if world.machine.process?.readyAt == nil { violations.append(Violation("ALIVE", "the daemon does not run")) }
    for condition in rows.conditions where condition.until == nil && !world.circumstances.mayLast(condition.subject) {
      let what = "\(condition.kind) of \(condition.subject) is on record two days after all troubles"
      violations.append(Violation("ALIVE", what))
    }
    return violations
  }
}
