import JobWatchCore

/// What was going on at a time, as the promises need it: nothing is promised against a cloud that is down.
struct Circumstances {
  let world: World

  private var time: VirtualTime { world.time }
  private var machine: Machine { world.machine }
  private var cloud: CloudSide { world.cloud }
  private var setup: Setup { world.setup }
  private var disturbances: [(what: String, from: Duration, to: Duration)] { world.disturbances }

  /// Whether the kind has come up so far; of one without a rate, whether it may have.
  func hasHad(_ kind: Troubles.Kind) -> Bool {
    world.troubles.counts[kind] ?? 0 > 0 || kind.rate == 0 && world.troubles.share(kind) > 0
  }

  /// Whether the daemon has been up for so long, and nothing was in its way.
  ///
  /// - Parameter kinds: disturbances, by the beginning of their name, that do not matter.
  func hasBeenWell(for duration: Duration, but kinds: String...) -> Bool {
    let from = time.now - duration
    guard let ready = machine.process?.readyAt, ready <= from else { return false }
    if !kinds.contains("cloud"), world.troubles.share(.wrongAnswer) > 0, from < world.calmFrom { return false }
    return !disturbances.contains { disturbance in
      !kinds.contains(where: disturbance.what.hasPrefix) && disturbance.to > from
    }
  }

  /// Whether a disturbance, by the beginning of its name, was there at a time or shortly before.
  func wasDisturbed(_ what: String, near at: Duration) -> Bool { wasDisturbed(what, with: "", during: at...at) }

  func wasDisturbed(_ what: String, with part: String, during span: ClosedRange<Duration>) -> Bool {
    disturbances.contains {
      $0.what.hasPrefix(what) && (part.isEmpty || $0.what.contains(part)) && $0.from <= span.upperBound
        && span.lowerBound <= $0.to + .minutes(15)
    }
  }

  /// Whether a service said for minutes that it knows no job, and may be believed.
  ///
  /// - Parameter seen: when the job was seen last: denials since then add up.
  func wasDenied(_ host: String, at wall: Timestamp, since seen: Duration?) -> Bool {
    let at = wall - VirtualTime.start
    let from = min(seen ?? at, at - .minutes(10))
    let denials = disturbances.filter {
      $0.what == "cloud \(host) absence" && (hasHad(.clock) || $0.from <= at && from <= $0.to)
    }
    // Two in a row are one.
    let isOver = denials.allSatisfy { at > $0.to + .minutes(1) } && !hasHad(.clock)
    let total = denials.reduce(Duration.zero) { $0 + ($1.to - $1.from) }
    // Of many jobs none is believed to be gone within the hour. A backup may not have them.
    let areMany = denials.allSatisfy { denial in
      cloud.openJobs(of: host, from: denial.from, to: denial.to)
        .count { cloud.polls[$0.id]?.lastShown.map { $0 > world.restoredAt } ?? false } >= 8
    }
    return !isOver && total > .seconds(110) && !(areMany && total < .minutes(59))
  }

  /// The longest time for which the daemon was up, nothing was in its way, and the host told the truth.
  ///
  /// - Parameter host: nil: whatever the clouds did.
  func longestClearSpan(_ from: Duration, _ to: Duration, host: String?) -> Duration {
    clearSpans(from, to, host: host).max() ?? .zero
  }

  /// Each such time in turn; zeros stand for the times between.
  func clearSpans(_ from: Duration, _ to: Duration, host: String?) -> [Duration] {
    guard from < to else { return [] }
    let account = host?.drop { $0 != "." }
    let sources = host.map { [$0] + ["iam", "metadata"].map { "\($0)\(account ?? "")" } } ?? []
    var bad: [(from: Duration, to: Duration)] = []
    let spans = machine.spans
    for (index, span) in spans.enumerated() where span.kind != .up {
      bad.append((span.from, index + 1 < spans.count ? spans[index + 1].from : time.now))
    }
    for disturbance in disturbances {
      let what = disturbance.what
      if what.hasPrefix("cloud"), !sources.contains(where: what.contains) { continue }
      // Probes take up to ten minutes to find out that it works again.
      bad.append((disturbance.from, disturbance.to + .minutes(11)))
    }
    let edges = ([from, to] + bad.flatMap { [$0.from, $0.to] }.filter { from < $0 && $0 < to }).sorted()
    var clear = [Duration.zero]
    for (begin, end) in zip(edges, edges.dropFirst()) {
      if bad.contains(where: { $0.from < end && begin < $0.to }) {
        clear.append(.zero)
      } else {
        clear[clear.count - 1] += end - begin
      }
    }
    return clear
  }

  /// Whether the daemon did not run at some time between the two.
  func wasDown(_ from: Duration, _ to: Duration) -> Bool {
    zip(machine.spans, machine.spans.dropFirst()).contains { $0.kind != .up && $0.from <= to && from <= $1.from }
  }

  /// The configuration in force at a time of the wall clock; nil where a reload was near.
  func setup(at wall: Timestamp) -> Setup? {
    let at = wall - VirtualTime.start
    // A reload is taken within seconds, unless the daemon is down; a start takes what is in the file.
    let isUnclear = world.administrator.setups.dropFirst().contains { change in
      let taken = machine.spans.last { $0.from <= change.from }.map { $0.kind == .up } ?? false
      return change.from <= at + .seconds(1) && at < change.from + (taken ? .seconds(90) : .hours(3))
    }
    return isUnclear ? nil : world.administrator.setups.last { $0.from <= at }?.setup
  }

  /// Whether a channel was in the configuration for so long.
  func wasConfigured(_ channel: String, for duration: Duration) -> Bool {
    let setups = world.administrator.setups
    let first = setups.lastIndex { $0.from <= time.now - duration } ?? 0
    return setups[first...].allSatisfy { $0.setup.channels.contains { $0.name == channel } }
  }

  /// Whether so many jobs are asked for that the quota makes one wait.
  func isBusy(_ key: JobKey, at moment: Duration) -> Bool {
    guard let quota = cloud.quota(of: key.service) else { return false }
    let near = cloud.calls.filter { $0.service == key.service && abs(($0.at - moment).seconds) < quota.per.seconds }
    return near.contains(where: \.isOverQuota) || near.count * 2 > quota.calls
  }

  func isInherited(_ seq: Int64) -> Bool { seq <= world.inheritedLast }

  /// Whether an event of this wall time may be gone.
  func mayBePruned(at moment: Timestamp, before oldest: Timestamp) -> Bool {
    hasHad(.clock) && setup.keep < .days(30) || moment <= oldest
  }

  /// Whether the records of many jobs were deleted within a day: the service seems to have forgotten all.
  func wereDeleted(_ host: String, by moment: Duration) -> Bool {
    let at = VirtualTime.start + moment
    return cloud.jobs.values.count { $0.host == host && $0.goneAt.map { at - .days(1) < $0 && $0 <= at } ?? false } >= 5
  }

  /// Whether the service answers an odd job with an error, and no other job shows that it works.
  func hasOnlyOddJobs(_ data: Rows.Event.Content, at moment: Duration) -> Bool {
    let at = VirtualTime.start + moment
    let jobs = cloud.jobs.values.filter { job in
      job.account == data.account && (data.service == nil || job.service.name == data.service)
    }
    let others = jobs.filter { job in
      !cloud.isOdd(job.id) && (world.submitters.submitted[job.key].map { $0 < moment - .minutes(10) } ?? false)
        && (job.end.map { $0.at > at } ?? true) && (job.goneAt.map { $0 > at } ?? true)
    }
    // Jobs that are asked for seldom show nothing in time.
    let isShown = cloud.calls.contains { call in
      call.account == data.account && (data.service == nil || call.service == data.service) && call.status == 200
        && call.at > moment - .minutes(5) && call.at < moment
    }
    return jobs.contains { cloud.isOdd($0.id) } && (others.isEmpty || !isShown)
  }

  /// Whether what is wrong with a subject does not go away with the troubles.
  func mayLast(_ subject: String) -> Bool {
    // What an old database brought along, and a job that the service refuses for ever.
    let own = setup.accounts.map(\.name) + setup.channels.map(\.name) + ["daemon"]
    return !own.contains(where: subject.contains)
      || cloud.jobs.values.contains { job in
        cloud.isOdd(job.id) && (subject.contains(job.service.name) || subject == "account/\(job.account)")
      }
  }
}
