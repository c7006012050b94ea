import JobWatchCore

/// What was on record stays and stays as it was, until it is old enough to be pruned; numbers have no gap.
struct OnRecord: Promise {
  private var known: [Int64: Rows.Event] = [:]
  private var restores = 0

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    var violations: [Violation] = []
    if isEnd, !rows.isSound { violations.append(Violation("DURABLE", "the database is damaged")) }
    if world.restores != restores {
      restores = world.restores
      known = known.filter { $0.key <= world.restoredSeq ?? 0 }
    }
    let oldest = world.time.moment.wall - world.setup.keep
    let present = Dictionary(uniqueKeysWithValues: rows.events.map { ($0.seq, $0) })
    for (seq, event) in known.sorted(by: { $0.key < $1.key }) {
      guard let now = present[seq] else {
        if !world.circumstances.mayBePruned(at: event.at, before: oldest) {
          violations.append(Violation("DURABLE", "event \(seq) (\(event.kind)) was on record and is gone"))
        }
        continue
      }
      // A job that is pruned leaves its events without it.
      if now.withoutJob != event.withoutJob {
        violations.append(Violation("IMMUTABLE", "event \(seq) was \(event) and is \(now)"))
      }
    }
    known.merge(present) { $1 }
    violations += numbers(rows, world)
    for name in world.inheritedConditions.subtracting(rows.conditions.map(\.name)) where world.setup.keep > .days(30) {
      violations.append(Violation("DURABLE", "\(name) was on record before the upgrade, and is not"))
    }
    let ids = Set(rows.events.map(\.id))
    if ids.count != rows.events.count { violations.append(Violation("ONE-ID", "two events have one id")) }
    return violations
  }

  private func numbers(_ rows: Rows, _ world: World) -> [Violation] {
    zip(rows.events, rows.events.dropFirst()).compactMap { before, after in
      after.seq == before.seq + 1 || after.kind == "daemon.restored" || world.setup.keep < .days(30)
        ? nil : Violation("GAPLESS", "event \(after.seq) follows event \(before.seq)")
    }
  }
}

extension Rows.Event {
  fileprivate var withoutJob: Rows.Event {
    var event = self
    event.job = nil
    return event
  }
}
