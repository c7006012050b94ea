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
      if (now.id, now.at, now.kind, now.data) != (event.id, event.at, event.kind, event.data) {
        violations.append(Violation("IMMUTABLE", "event \(seq) was \(event) and is \(now)"))
      }
    }
    known.merge(present) { $1 }
    violations += numbers(rows, world)
    for name in world.inheritedConditions.subtracting(rows.conditions.map(\.name)) where world.setup.keep > .days(30) {
      violations.append(Violation("DURABLE", "\(name) was on record before the upgrade, and is not"))
    }
    if isEnd { violations += old(rows, world, before: oldest - .hours(3)) }
    let ids = Set(rows.events.map(\.id))
    if ids.count != rows.events.count { violations.append(Violation("ONE-ID", "two events have one id")) }
    return violations
  }

  /// What has been over for longer than `keep` goes within hours.
  private func old(_ rows: Rows, _ world: World, before limit: Timestamp) -> [Violation] {
    if world.circumstances.hasHad(.clock) { return [] }
    let ends = Dictionary(rows.transitions.map { ($0.job, $0.at) }) { $1 }
    return rows.events.prefix { $0.at < limit }.map {
      Violation("SMALL", "event \($0.seq) (\($0.kind)) is on record for longer than \(world.setup.keep.text)")
    }
      + rows.jobs.filter { job in !job.isWatched && job.state != "lost" && ends[job.id].map { $0 < limit } ?? false }
      .map {
        Violation("SMALL", "\($0.key) is on record for longer than \(world.setup.keep.text) after its end", $0.key)
      }
  }

  private func numbers(_ rows: Rows, _ world: World) -> [Violation] {
    // A trouble is told some time after it began, by which its event is dated.
    let oldest = world.time.moment.wall - world.setup.keep + .hours(2)
    return zip(rows.events, rows.events.dropFirst()).compactMap { before, after in
      after.seq == before.seq + 1 || after.kind == "daemon.restored"
        || world.setup.keep < .days(30) && world.circumstances.isInherited(before.seq)
        || world.circumstances.mayBePruned(at: before.at, before: oldest)
        ? nil
        : Violation(
          "GAPLESS", "event \(after.seq) follows event \(before.seq) of \(before.at)")
    }
  }
}
