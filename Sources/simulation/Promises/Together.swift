import JobWatchCore

/// A change and its consequences commit together: states, transitions, evidence and events are one story.
struct Together: Promise {
  /// States that only a record of the job shows.
  private static let shown = ["pending", "running", "awaiting_payment", "succeeded", "failed"]
  private static let ends = ["job.succeeded", "job.failed", "job.lost", "job.unknown", "job.lapsed"]

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    if world.setup.keep < .days(30) || world.restoredSeq != nil { return [] }
    let transitions = Dictionary(grouping: rows.transitions, by: \.job)
    let events = Dictionary(grouping: rows.events, by: \.job)
    return rows.jobs.filter { !world.inherited.contains($0.id) }.flatMap { job in
      states(of: job, transitions[job.id] ?? [])
        + told(of: job, transitions[job.id] ?? [], (events[job.id] ?? []).map(\.kind))
    } + pairs(rows)
  }

  private func states(of job: Rows.Job, _ chain: [Rows.Transition]) -> [Violation] {
    var (state, violations) = ("registered", [Violation]())
    for step in chain {
      if step.from != state {
        violations.append(Violation("TOGETHER", "\(job.key) left \(step.from) while it was \(state)", job.key))
      }
      let isShown = Self.shown.contains(step.to)
      let isProven = step.evidence.map { !isShown || $0.contains(Array(job.key.jobID.utf8)) }
      if step.raw != nil || isShown, isProven != true {
        violations.append(Violation("TOGETHER", "\(job.key) became \(step.to) without evidence", job.key))
      }
      state = step.to
    }
    if state != job.state {
      violations.append(Violation("TOGETHER", "\(job.key) is \(job.state) and became \(state) last", job.key))
    }
    return violations
  }

  private func told(of job: Rows.Job, _ chain: [Rows.Transition], _ kinds: [String]) -> [Violation] {
    var violations: [Violation] = []
    if kinds.first != "job.registered" {
      violations.append(Violation("TOGETHER", "\(job.key) began with \(kinds.first ?? "nothing")", job.key))
    }
    let entered = Dictionary(grouping: chain.map { "job.\($0.to)" }.filter { $0 != "job.registered" }) { $0 }.mapValues(
      \.count)
    // A job that is found again says so, and not how it is, unless that is its end.
    let found = kinds.count { $0 == "job.found" }
    for (kind, count) in entered {
      let told = kinds.count { $0 == kind }
      let least = Self.ends.contains(kind) ? count : count - found
      if told > count || told < least {
        violations.append(
          Violation("TOGETHER", "\(job.key) entered \(kind) \(count) times, told \(told) times", job.key))
      }
    }
    return violations
  }

  /// What begins and ends is told in turn.
  private func pairs(_ rows: Rows) -> [Violation] {
    let pairs = [
      ("endpoint.down", "endpoint.up"), ("account.paused", "account.resumed"), ("channel.failing", "channel.recovered"),
    ]
    // By subject: why it is in trouble.
    var open: [String: Set<String>] = [:]
    var violations: [Violation] = []
    for event in rows.events {
      guard let (begin, end) = pairs.first(where: { $0.0 == event.kind || $0.1 == event.kind }) else { continue }
      let data = event.content
      let subject = "\(begin) \(data.account ?? "") \(data.service ?? "") \(data.channel ?? "")"
      let causes = open[subject] ?? []
      if event.kind == begin {
        if !open[subject, default: []].insert(data.cause ?? "").inserted, begin != "channel.failing" {
          violations.append(Violation("TOGETHER", "event \(event.seq) tells \(subject) a second time"))
        }
      } else if let rest = data.cause, causes.count > 1, causes.contains(rest) {
        open[subject] = [rest]
      } else if causes.isEmpty || causes.count > 1 && begin != "channel.failing" {
        violations.append(
          Violation("TOGETHER", "event \(event.seq) \(end) \(subject) ends what began \(causes.count) times"))
      } else {
        open[subject] = []
      }
    }
    return violations
  }
}
