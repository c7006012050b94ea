import JobWatchCore

/// The cloud is asked soon and often enough, and its quota is kept.
struct Asked: Promise {
  private var judgedCalls = 0

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    rows.jobs.compactMap { prompt($0, world) ?? regular($0, rows, world) } + first(rows, world)
      + uncounted(rows, world) + paused(rows, world) + calls(world)
  }

  /// A pause by hand ends all calls to its account.
  private func paused(_ rows: Rows, _ world: World) -> [Violation] {
    if world.circumstances.hasHad(.clock) || world.restoredSeq != nil { return [] }
    var since: [String: Duration] = [:]
    var spans: [(account: String, from: Duration, to: Duration)] = []
    for event in rows.events where ["account.paused", "account.resumed"].contains(event.kind) {
      let (data, at) = (event.content, world.time.when(event.at))
      guard let account = data.account, data.isByHand else { continue }
      if event.kind == "account.paused" {
        since[account] = at
      } else if let from = since.removeValue(forKey: account) {
        spans.append((account, from, at))
      }
    }
    spans += since.map { ($0.key, $0.value, world.time.now) }
    return world.cloud.calls[judgedCalls...].compactMap { call in
      // A call that was under way comes to its end.
      let isPaused = spans.contains { $0.account == call.account && $0.from + .seconds(2) < call.at && call.at < $0.to }
      return isPaused ? Violation("QUOTA", "\(call.account) is paused by hand, and was asked") : nil
    }
  }

  /// A restart knows how many calls were made: of a quota, a sixteenth or 60 calls at most are not on record.
  private func uncounted(_ rows: Rows, _ world: World) -> [Violation] {
    let from = world.time.now - .hours(2)
    guard world.circumstances.hasBeenWell(for: .hours(2), but: "cloud") else { return [] }
    let recent = world.cloud.calls.reversed().prefix { $0.at > from }
    let calls = Dictionary(grouping: recent) { "\($0.account)/\($0.service)" }.mapValues(\.count)
    let quotas = world.setup.accounts.flatMap { account in
      account.services.map { ("\(account.name)/\($0.name)", account.quota?.calls) }
    }
    return quotas.compactMap { name, told in
      let count = calls[name] ?? 0
      guard let told, count > max(told / 16, 60), rows.budgets[name].map({ world.time.when($0) < from }) ?? true else {
        return nil
      }
      return Violation("QUOTA", "\(count) calls to \(name) within two hours are not on record")
    }
  }

  /// While nothing is in the way for two hours, a job is asked for as soon as it is on record.
  private func first(_ rows: Rows, _ world: World) -> [Violation] {
    guard world.circumstances.hasBeenWell(for: .hours(2)) else { return [] }
    return rows.events.reversed().compactMap { event in
      let at = world.time.when(event.at)
      guard event.kind == EventKind.jobRegistered.rawValue, at > world.time.now - .hours(2) else { return nil }
      guard let key = rows.jobs.first(where: { $0.id == event.job })?.key, world.cloud.jobs[key.jobID] != nil,
        !world.cloud.jobs.values.contains(where: { world.cloud.isOdd($0.id) && $0.key.endpoint == key.endpoint })
      else { return nil }
      let wait = (world.cloud.polls[key.jobID]?.first ?? world.time.now) - at
      // A credential that only an odd job has tried is not proven, and is tried again after a minute.
      let isUnproven = world.cloud.jobs.values.contains { world.cloud.isOdd($0.id) && $0.account == key.account }
      guard wait > (isUnproven ? .seconds(65) : .seconds(15)), !world.circumstances.isBusy(key, at: at) else {
        return nil
      }
      return Violation("PROMPT", "\(key) was on record for \(wait.spoken) before anybody asked for it", key)
    }
  }

  /// In a world without troubles a new job is asked for within seconds, and its end is found as `Polling.md` says.
  private func prompt(_ job: Rows.Job, _ world: World) -> Violation? {
    guard world.troubles.isEmpty, let truth = world.cloud.jobs[job.key.jobID],
      let submitted = world.submitters.submitted[job.key]
    else { return nil }
    guard let asked = world.cloud.polls[job.key.jobID] else {
      guard world.time.now - submitted > .seconds(10) else { return nil }
      return Violation("PROMPT", "\(job.key) was never asked for", job.key)
    }
    if Double(asked.count) > 60 + (asked.last - asked.first).seconds / 60 {
      return Violation("PROMPT", "\(job.key) was asked for \(asked.count) times", job.key)
    }
    let shown = max(truth.visibleFrom - VirtualTime.start, submitted)
    if let seen = asked.firstShown, seen - shown > .seconds(20), !world.circumstances.isBusy(job.key, at: shown) {
      return Violation("PROMPT", "\(job.key) was seen \((seen - shown).spoken) after its record was there", job.key)
    }
    guard let end = truth.end, let seen = asked.endShown else { return nil }
    let late = seen - max(end.at - VirtualTime.start, submitted)
    guard late > .minutes(70) else { return nil }
    return Violation("PROMPT", "the end of \(job.key) was found after \(late.spoken)", job.key)
  }

  /// A job is asked for at least every hour while nothing is in the way, however often the daemon starts meanwhile.
  private func regular(_ job: Rows.Job, _ rows: Rows, _ world: World) -> Violation? {
    guard job.isWatched, let truth = world.cloud.jobs[job.key.jobID], !world.cloud.isOdd(job.key.jobID),
      let asked = world.cloud.polls[job.key.jobID], world.time.now - asked.last > .minutes(85)
    else { return nil }
    // Its watch may have ended, or a backup may not have it, until somebody submits it again.
    let registered = rows.events.last { $0.kind == EventKind.jobRegistered.rawValue && $0.job == job.id }
    let again = registered.map { world.time.when($0.at) }
    let since = max(asked.last, world.restoredAt, again ?? .zero)
    let chances = world.circumstances.clearSpans(since, world.time.now, host: truth.host)
    guard chances.filter({ $0 > .minutes(5) }).reduce(.zero, +) > .minutes(85) else { return nil }
    return Violation("POLLED", "\(job.key) was not asked for since \(VirtualTime.start + asked.last)", job.key)
  }

  /// Ten in ten minutes; a secret that changes, and a start, begin anew.
  private func logins(_ refused: [CloudSide.Call], _ account: String, _ world: World) -> [Violation] {
    refused.indices.compactMap { index in
      let soon = refused[index...].prefix {
        $0.at - refused[index].at < .minutes(10) && $0.start == refused[index].start
      }
      guard soon.count > 10 else { return nil }
      return Violation("QUOTA", "\(account) tried \(soon.count) wrong log-ins in ten minutes")
    }
  }

  /// A quota that the configuration tells is kept from the second window after a start on.
  private func configuredQuotas(_ world: World) -> [Violation] {
    let quotas = Dictionary(uniqueKeysWithValues: world.setup.accounts.map { ($0.name, $0.quota?.per) })
    return world.cloud.calls[judgedCalls...].filter(\.isOverQuota).compactMap { call in
      guard let window = quotas[call.account] ?? nil,
        let began = world.cloud.calls.first(where: { $0.start == call.start })?.at,
        call.at - began > window
      else { return nil }
      return Violation("QUOTA", "\(call.account)/\(call.service) answered 429, and its quota is in the configuration")
    }
  }

  /// An answer about the job says that the key was taken, also one that refuses the job.
  private func wasAccepted(_ call: CloudSide.Call, _ world: World) -> Bool {
    world.cloud.calls.contains {
      $0.account == call.account && $0.key == call.key && $0.start == call.start && $0.at < call.at
        && [200, 400, 403, 404].contains($0.status)
    }
  }

  /// What one service of an account said of the time is known of all, and after a reload, too.
  private func skewed(_ world: World) -> [Violation] {
    world.cloud.calls[judgedCalls...].filter(\.isSkewed).compactMap { call in
      let start = world.machine.spans.last { $0.kind == .up && $0.from <= call.at }?.from ?? .zero
      let set = world.disturbances.last { $0.what == "clock" && $0.from <= call.at }
      // A loop that rests for minutes here sees late that the clock was set.
      let since = set.map { set in
        world.machine.clockNotices.first { $0 >= set.from } ?? set.to + .seconds(30 * world.options.stretch)
      }
      // Also an answer to a good signature tells the time, and proves that it was known.
      let isLearned = world.cloud.calls.contains {
        ($0.isSkewed || $0.isSeen) && $0.account == call.account && $0.start == call.start && since ?? .zero < $0.at
          && $0.at < call.at - .seconds(10)
      }
      // One service has another time, or the account was out of the configuration meanwhile.
      let isOther = world.disturbances.contains { disturbance in
        start <= disturbance.to && disturbance.from <= call.at
          && ["skew", "removed"].contains { disturbance.what.hasSuffix(".\(call.account).cloud.example \($0)") }
      }
      guard isLearned, !isOther else { return nil }
      return Violation(
        "QUOTA", "\(call.account)/\(call.service) was asked by a time that was corrected before")
    }
  }

  private mutating func calls(_ world: World) -> [Violation] {
    defer { judgedCalls = world.cloud.calls.count }
    var violations = world.network.doubled.map { Violation("QUOTA", "\($0) was asked twice at once") }
    violations += configuredQuotas(world) + skewed(world)
    // What the quota itself turned away, of each service.
    let fresh = world.cloud.calls[judgedCalls...].filter(\.isOverQuota)
    for (service, calls) in Dictionary(grouping: fresh, by: \.service) {
      let window = world.cloud.quota(of: service)?.per ?? .zero
      // Those that were under way together are one.
      let repeated = zip(calls, calls.dropFirst()).filter {
        $1.at - $0.at > .seconds(5) && $1.at - $0.at < window && $0.start == $1.start
      }
      if repeated.count > 1 {
        violations.append(Violation("QUOTA", "\(service) answered 429 \(repeated.count + 1) times in a row"))
      }
    }
    // Refused credentials are probed at 30 s, 1, 2, 5 and 10 minutes.
    let refused = world.cloud.calls[judgedCalls...].filter(\.isRefused)
    for (account, calls) in Dictionary(grouping: refused, by: \.account) {
      violations += logins(calls.filter { $0.service == "iam" }, account, world)
      for (index, call) in calls.enumerated() {
        let soon = calls[index...].prefix { $0.at - call.at < .seconds(25) && $0.start == call.start }
          .filter { $0.key == call.key }
        // Where it was accepted before, others are under way when it is refused.
        let unproven = soon.prefix { !wasAccepted($0, world) }.count
        if soon.count > 6 && soon.count(where: { $0.at - call.at > .seconds(1) }) > 6
          || unproven > (call.key == nil ? 6 : 1)
        {
          violations.append(Violation("QUOTA", "\(account) was refused \(soon.count) times in 25 s")); break
        }
      }
    }
    return violations
  }
}
