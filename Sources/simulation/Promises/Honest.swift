import JobWatchCore

/// Outcomes are what happened, and what can no longer be known is said to be lost; nobody else is blamed.
struct Honest: Promise {
  private var judged: Int64 = 0
  private var lastLook = Duration.zero
  /// By job: when its record was seen last, as of the last look.
  private var sightings: [String: Duration] = [:]

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    let jobs = rows.jobs.filter { !world.inherited.contains($0.id) }
    defer {
      (judged, lastLook) = (rows.events.last?.seq ?? 0, world.time.now)
      sightings = world.cloud.polls.compactMapValues(\.lastShown)
    }
    let ends = Dictionary(rows.transitions.map { ($0.job, $0.at) }) { $1 }
    let unpaid = Set(rows.transitions.lazy.filter { $0.from == "awaiting_payment" }.map(\.job))
    return jobs.compactMap { state(of: $0, since: ends[$0.id], wasUnpaid: unpaid.contains($0.id), world) }
      + (isEnd ? jobs.compactMap { stuck($0, world) } : [])
      + rows.events.filter { $0.seq > judged }.compactMap { blame($0, rows, world) ?? unseen($0, rows, world) }
      + (isEnd ? untold(rows, world) : []) + stopped(rows, world) + repeated(rows, world)
  }

  /// No notice says that a job was out of sight when it was not, whatever was done to the clock, or before the polls that
  /// a sleep has put off.
  private func unseen(_ event: Rows.Event, _ rows: Rows, _ world: World) -> Violation? {
    guard ["job.at_risk", "job.late"].contains(event.kind), let gap = event.content.blindGap,
      let key = rows.jobs.first(where: { $0.id == event.job })?.key
    else { return nil }
    let told = world.time.when(event.at)
    let recent = world.clockSteps.filter { told - .minutes(14) < $0.at && $0.at <= told }
    // Loops that rest for minutes here, and for half a minute elsewhere, may notice neither of two steps.
    if recent.count > 1 { return nil }
    if hidesClock(event, gap, world) {
      return Violation("HONEST", "\(event.kind): \(key) looks unseen since the clock was set, and \(gap.cause)", key)
    }
    // The clock is blamed rightly, once the polls had time to see the job. A small step gives them no more time.
    if gap.cause.contains("clock was set"), !recent.contains(where: { $0.by > .minutes(1) }), !world.clockSteps.isEmpty
    {
      return nil
    }
    let at = event.at - VirtualTime.start
    let isEarly = world.disturbances.contains { $0.what == "suspend" && $0.to <= at && at < $0.to + .seconds(25) }
    let wasSeen =
      sightings[key.jobID].map { seen in
        gap.to - gap.from > world.time.now - seen + .hours(1)
          && !world.disturbances.contains {
            $0.what == "clock" && $0.from > seen && world.circumstances.wasDown($0.from, $0.from + .minutes(1))
          }
      } ?? false
    // Right after the clock was set, no poll can have failed yet.
    let span = world.time.now - lastLook
    let isSoon = span < .minutes(2) && world.time.now - (world.administrator.setups.last?.from ?? .zero) > .minutes(2)
    let isWell = world.circumstances.hasBeenWell(
      for: isSoon ? .seconds(61) : span, but: "clock", isSoon ? "cloud" : "clock")
    let isFresh = span < .seconds(30) && !world.circumstances.wasDisturbed("disk", near: world.time.now)
    guard isEarly && !world.circumstances.hasHad(.clock) || wasSeen && (isWell || isFresh) else { return nil }
    let what = wasSeen ? "which it is not" : "before the polls that a sleep has put off"
    return Violation("HONEST", "\(event.kind): \(key) is said to be unseen since \(gap.from), \(what)", key)
  }

  /// Whether a gap consists mostly of the last step of the clock, which the daemon was there to see, and does not name it.
  private func hidesClock(_ event: Rows.Event, _ gap: Rows.Event.Content.Gap, _ world: World) -> Bool {
    guard let step = world.clockSteps.last, !gap.cause.contains("clock was set") else { return false }
    let (at, rest) = (world.time.when(event.at), gap.to - gap.from - step.by)
    // A reload before the wait of the loop is over leaves the step to the poller, which tells nobody.
    let wait = Duration.seconds(30 * world.options.stretch)
    let noticed = step.at + wait
    // Two steps within one wait are one to it.
    let isOne = world.clockSteps.count { step.at - wait < $0.at } == 1
    return isOne && step.by > rest && rest >= .zero && at >= step.at && at - step.at <= rest
      && !world.circumstances.wasDown(step.at, at)
      && !world.machine.reloads.contains { step.at <= $0 && $0 <= noticed }
  }

  /// - Parameter verdict: when the job came into its state.
  private func state(of job: Rows.Job, since verdict: Timestamp?, wasUnpaid: Bool, _ world: World) -> Violation? {
    guard let truth = world.cloud.jobs[job.key.jobID] else { return nil }
    let now = world.circumstances.hasHad(.clock) ? world.time.truth : verdict ?? world.time.truth
    if ["lost", "unknown"].contains(job.state),
      world.circumstances.wasDenied(
        truth.host, at: now, since: world.cloud.polls[truth.id]?.lastShown ?? world.submitters.submitted[job.key])
    {
      return job.state == "lost" ? unfound(job, truth, world) : nil
    }
    switch job.state {
    case "succeeded", "failed":
      if let end = truth.end, end.state.rawValue == job.state, end.at <= now { return nil }
      return Violation("HONEST", "\(job.key) is said to have \(job.state), and has not", job.key)
    case "lost":
      guard truth.goneAt.map({ $0 <= now }) ?? false else {
        return Violation("HONEST", "\(job.key) is said to be lost, and its record is there", job.key)
      }
      return missed(job, truth, world)
    case "lapsed":
      // It was seen unpaid last, and its record is gone.
      if wasUnpaid, truth.goneAt.map({ $0 <= now }) ?? false { return nil }
      return Violation("HONEST", "\(job.key) is said to have lapsed, and has not", job.key)
    case "unknown":
      if job.firstSeenAt != nil {
        return Violation("HONEST", "\(job.key) is said to be unknown, and was seen", job.key)
      }
      guard truth.goneAt.map({ $0 > now }) ?? true, truth.visibleFrom + .minutes(3) < now else { return nil }
      return Violation("HONEST", "\(job.key) is said to be unknown, and its record is there", job.key)
    default: return nil
    }
  }

  /// A job that is lost because its service denied it is looked for until its record must be gone, and found.
  private func unfound(_ job: Rows.Job, _ truth: TrueJob, _ world: World) -> Violation? {
    if world.circumstances.hasHad(.clock) || world.restoredSeq != nil || world.cloud.isOdd(truth.id) { return nil }
    guard let seen = world.cloud.polls[truth.id]?.lastShown else { return nil }
    let window = (truth.service == .ecs ? world.setup.retention?.finished : nil) ?? .days(1)
    let to = [truth.goneAt.map { $0 - VirtualTime.start }, seen + window, world.time.now].compactMap(\.self).min()
    let span = world.circumstances.longestClearSpan(seen, to ?? seen, host: truth.host)
    if span <= .hours(3) { return nil }
    return Violation("HONEST", "\(job.key) is lost, and could be found for \(span.spoken)", job.key)
  }

  /// An end that could be seen for hours must have been seen.
  private func missed(_ job: Rows.Job, _ truth: TrueJob, _ world: World) -> Violation? {
    guard let end = truth.end, let gone = truth.goneAt, let submitted = world.submitters.submitted[job.key],
      !world.cloud.isOdd(job.key.jobID)
    else { return nil }
    let (from, to) = (max(end.at - VirtualTime.start, submitted), min(gone - VirtualTime.start, world.time.now))
    let chance = world.circumstances.longestClearSpan(from, to, host: truth.host)
    if chance <= .hours(6) { return nil }
    return Violation("HONEST", "\(job.key) is lost, though its end could be seen for \(chance.spoken)", job.key)
  }

  private func stuck(_ job: Rows.Job, _ world: World) -> Violation? {
    guard job.isWatched, !world.cloud.isOdd(job.key.jobID) else { return nil }
    guard let truth = world.cloud.jobs[job.key.jobID] else {
      return Violation("STUCK", "\(job.key) is \(job.state), and no cloud knows it", job.key)
    }
    let limit = world.time.truth - .hours(2)
    if let end = truth.end, end.at < limit {
      return Violation("STUCK", "\(job.key) is \(job.state), and ended \(end.at)", job.key)
    }
    if let gone = truth.goneAt, gone < limit {
      return Violation("STUCK", "\(job.key) is \(job.state), and its record is gone since \(gone)", job.key)
    }
    return nil
  }

  /// A service, an account or a channel is said to be in trouble only if it was.
  private func blame(_ event: Rows.Event, _ rows: Rows, _ world: World) -> Violation? {
    let data = event.content
    let at = event.at - VirtualTime.start
    let isUnclear = world.circumstances.hasHad(.clock)
    if world.circumstances.isInherited(event.seq) || world.restoredSeq != nil { return nil }
    if world.circumstances.hasHad(.pause), data.isByHand { return nil }
    switch event.kind {
    case "account.paused":
      // By a clock that was set it came at some time since the last look.
      let account = data.account ?? ""
      let span = isUnclear ? lastLook...world.time.now : at...at
      if world.circumstances.wasDisturbed("cloud", with: ".\(account).", during: span)
        || isUnclear && world.cloud.jobs.values.contains(where: { $0.account == account && world.cloud.isOdd($0.id) })
        || world.circumstances.hasOnlyOddJobs(data, at: at)
      {
        return nil
      }
    case _ where isUnclear: return nil
    case "endpoint.down":
      let host = Setup.host(of: data.service ?? "", in: data.account ?? "")
      if world.circumstances.wasDisturbed("cloud \(host)", near: at)
        || world.circumstances.hasHad(.wrongAnswer) && at < world.calmFrom + .minutes(15)
        || world.circumstances.hasOnlyOddJobs(data, at: at) || world.circumstances.wereDeleted(host, by: at)
      {
        return nil
      }
    case "channel.failing":
      guard let receiver = world.receivers.first(where: { $0.channel == data.channel }) else { return nil }
      if receiver.outages.contains(where: { $0.lowerBound <= at && at <= $0.upperBound + .hours(1) }) { return nil }
    case "job.lost", "job.at_risk":
      return gap(of: event, data, rows, world)
    default: return nil
    }
    return Violation("HONEST", "event \(event.seq) \(event.kind): \(data.summary ?? ""), and nothing was wrong")
  }

  /// A service that fails for hours is said to fail, if jobs wait for it and nothing else was in the way.
  private func untold(_ rows: Rows, _ world: World) -> [Violation] {
    let failures = ["refused", "silent", "unavailable", "unauthorized", "forbidden", "throttled"]
    if world.circumstances.hasHad(.clock) || world.restoredSeq != nil || world.setup.keep < .days(30) { return [] }
    let told = rows.events.filter { ["endpoint.down", "account.paused"].contains($0.kind) }.map {
      (data: $0.content, at: world.time.when($0.at))
    }
    return world.disturbances.compactMap { trouble in
      let words = trouble.what.split(separator: " ")
      guard words.count == 3, failures.contains(String(words[2])),
        let truth = world.cloud.openJobs(of: words[1], from: trouble.from, to: trouble.to).min(by: { $0.id < $1.id }),
        world.circumstances.longestClearSpan(trouble.from, trouble.to, host: nil) > .minutes(100),
        !world.disturbances.contains(where: {
          $0.what != trouble.what && $0.what.contains(".\(truth.account).") && $0.from < trouble.to
            && trouble.from < $0.to + .minutes(11)
        }),
        !told.contains(where: {
          $0.data.account == truth.account && trouble.from <= $0.at && $0.at <= trouble.to + .minutes(1)
        })
      else { return nil }
      return Violation("HONEST", "\(trouble.what) from \(VirtualTime.start + trouble.from) on was not told", truth.key)
    }
  }

  /// A key that one service refuses, and another takes, stops its account until the next probe at most.
  private func stopped(_ rows: Rows, _ world: World) -> [Violation] {
    if world.setup.keep < .days(1) { return [] }
    let told = rows.events.filter { $0.kind.hasPrefix("account.") && $0.content.service == nil }.map {
      (isPause: $0.kind == "account.paused", account: $0.content.account, at: world.time.when($0.at))
    }
    return world.disturbances.compactMap { trouble in
      guard trouble.what.hasSuffix(" unauthorized"), (world.restoredAt...world.time.now).contains(trouble.from),
        !world.circumstances.wasDisturbed("clock", with: "", during: trouble.from...world.time.now),
        let host = world.cloud.hosts.first(where: { trouble.what.contains(" \($0) ") }),
        !world.cloud.openJobs(of: host, from: trouble.from, to: trouble.to).isEmpty,
        let taking = world.cloud.hosts.lazy.filter({ $0 != host && $0.hasSuffix(host.drop { $0 != "." }) })
          .flatMap({ world.cloud.openJobs(of: $0, from: trouble.from, to: trouble.to) }).first,
        let pause = told.first(where: {
          $0.isPause && $0.account == taking.account && trouble.from <= $0.at
            && $0.at <= min(trouble.to, world.time.now) - .minutes(12)
        }),
        !told.contains(where: {
          !$0.isPause && $0.account == taking.account && pause.at <= $0.at && $0.at <= pause.at + .minutes(12)
        }),
        world.circumstances.longestClearSpan(pause.at, pause.at + .minutes(12), host: taking.host) == .minutes(12)
      else { return nil }
      return Violation("HONEST", "\(trouble.what) stopped all of \(taking.account)", taking.key)
    }
  }

  /// A blind gap names what was in the way for most of it.
  private func gap(of event: Rows.Event, _ data: Rows.Event.Content, _ rows: Rows, _ world: World) -> Violation? {
    guard let gap = data.blindGap else { return nil }
    let (from, to) = (gap.from - VirtualTime.start, gap.to - VirtualTime.start)
    if gap.cause.contains("jobwatch was not running"), !world.circumstances.wasDown(from, to) {
      return Violation("HONEST", "event \(event.seq) \(event.kind) says that jobwatch was not running, and it was")
    }
    let key = rows.jobs.first { $0.id == event.job }?.key
    // One that dies when it wakes up could not put its sleep on record, nor one whose stretched wait was not over yet.
    let (at, wait) = (
      event.at - VirtualTime.start, Duration.seconds(30 * world.options.stretch)
    )
    let isUnnoticed = world.disturbances.contains { sleep in
      sleep.what == "suspend" && from <= sleep.to && sleep.to <= to
        && (at < sleep.to + wait
          || world.machine.spans.contains { $0.kind == .down && ($0.from - sleep.to).seconds.magnitude < 60 })
    }
    if !gap.blamesNobody || isUnnoticed || to - from < .hours(2) || world.cloud.isOdd(key?.jobID ?? "") { return nil }
    let host = Setup.host(of: data.service ?? "", in: data.account ?? "")
    let seen = world.circumstances.longestClearSpan(from, to, host: host)
    if seen * 2 > to - from { return nil }
    let what = "\(event.kind) \(event.seq) says \(gap.cause), from \(gap.from) to \(gap.to)"
    return Violation("HONEST", "\(what), and something was in the way", key)
  }

  /// A notice comes once, and one before a deadline again when the next time before that has come.
  private func repeated(_ rows: Rows, _ world: World) -> [Violation] {
    let events = rows.events.filter {
      Warned.leads[$0.kind] != nil || ["job.registered", "job.found"].contains($0.kind)
    }
    return Dictionary(grouping: events, by: \.job).values.flatMap { events -> [Violation] in
      guard let last = events.last, last.seq > judged else { return [] }
      var told: [String: Rows.Event] = [:]
      return events.compactMap { event in
        guard let leads = Warned.leads[event.kind] else {
          told = [:]
          return nil
        }
        let before = told.updateValue(event, forKey: event.kind)
        guard let before, !world.circumstances.isInherited(event.seq) else { return nil }
        let (deadline, earlier) = (event.content.expiresAt, before.content.expiresAt)
        // A clock that is set moves the times that have no deadline.
        if deadline != earlier || deadline == nil && world.circumstances.hasHad(.clock) { return nil }
        let hasCome = deadline.map { end in leads.contains { before.at < end - $0 && end - $0 <= event.at } }
        if hasCome ?? false { return nil }
        return Violation("HONEST", "event \(event.seq) \(event.kind) was told at \(before.at) already")
      }
    }
  }
}
