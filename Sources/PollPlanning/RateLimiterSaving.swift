import JobWatchCore

/// How a limiter outlives the process: `record` is stored before the calls that it is made for begin.
extension RateLimiter {
  /// The ends of calls are stored to this part of the window, or of their age where a window is longer.
  private static let grain: Int64 = 64
  /// So far back ends are stored although no window is as long: the next limit may have a longer one.
  private static let leastMemory = Duration.minutes(2)

  /// Whether the last record that was stored allows for less than what has happened: calls that were counted must not
  /// be made before `record` is stored, and what was learned is lost by a crash.
  package var mustBeSaved: Bool { journal.isDue }

  /// Whether there is nothing to be stored: no call was made yet, and nothing learned.
  package var isUntouched: Bool { journal.count == 0 }

  /// Whether one more call may be made without a new record.
  package var isSavedAhead: Bool { journal.covers(1) }

  /// What is to be stored now. The price is the caller's to fill in.
  ///
  /// - Parameter isLast: no call will begin any more.
  package mutating func record(at uptime: Duration, isLast: Bool = false) -> RateLimiterRecord {
    let (ended, missing) = runs(at: uptime, isExact: isLast)
    let ahead = min(known.recordedAhead, share?.recordedAhead ?? .max)
    return RateLimiterRecord(
      number: journal.next(), uptime: uptime.wholeMilliseconds, share: share, known: known,
      widened: widened > 1 ? widened : nil, isTold: isTold, ceiling: ceiling, most: most,
      quiet: quietSince.map { (uptime - $0).milliseconds },
      blocked: max(blockedUntil - uptime, .zero).wholeMilliseconds, ended: ended,
      missing: missing, underWay: underWay, ahead: isLast ? 0 : ahead)
  }

  /// It is stored.
  package mutating func saved(_ record: RateLimiterRecord) {
    journal.saved(record.number, ahead: record.ahead)
  }

  /// Goes on where a record leaves off.
  ///
  /// What was learned of a limit that nobody named holds for as long as the configured share stays what it was; what
  /// the cloud named stays.
  package mutating func restore(_ record: RateLimiterRecord, savedAt: Timestamp, at now: Moment) {
    let then = now.uptime - record.elapsed(since: savedAt, at: now)
    if record.isTold || record.share == share {
      (known, ceiling, most) = (record.known, record.ceiling, record.most)
      (isTold, widened) = (record.isTold, record.widened ?? 1)
      quietSince = record.quiet.map { then - .milliseconds($0) }
    }
    blockedUntil = max(then + record.blockedFor, .zero)
    forgottenAt = record.missing.map { then - .milliseconds($0) }
    // As many as a limit that was configured meanwhile can look back at; any other looks at later ones only.
    answered = forgottenAt.map { Array(repeating: $0, count: lookBack) } ?? []
    for run in record.ended.reversed() {
      answered += repeatElement(then - .milliseconds(run.age), count: run.calls)
    }
    let unended = record.underWay + record.ahead
    answered += repeatElement(now.uptime, count: unended)
    journal = LimiterCheckpoint(count: record.number + Int64(record.ahead))
  }

  /// Ends that lie close together become the latest of them: that grants nothing earlier. Those beyond any window are
  /// left out.
  private func runs(at uptime: Duration, isExact: Bool) -> (
    [RateLimiterRecord.Run], missing: Int64?
  ) {
    let windows = [known.window, share?.window ?? known.window]
    let shortest = windows.min()?.milliseconds ?? 0
    let longest = windows.reduce(Self.leastMemory, max).milliseconds
    var runs: [RateLimiterRecord.Run] = []
    for end in answered.reversed() {
      let age = (uptime - end).milliseconds
      if age > longest { return (runs, age) }
      let width = isExact ? 0 : max(shortest, runs.last?.age ?? 0) / Self.grain
      if let last = runs.last, age - last.age <= width {
        runs[runs.count - 1].calls += 1
      } else {
        runs.append(RateLimiterRecord.Run(age: age, calls: 1))
      }
    }
    return (runs, forgottenAt.map { (uptime - $0).milliseconds })
  }
}

extension Duration {
  /// Rounded up.
  fileprivate var wholeMilliseconds: Int64 {
    let count = milliseconds
    return .milliseconds(count) < self ? count + 1 : count
  }
}
