import JobWatchCore

/// Judges the daemon from outside: by the true state of the world, by what went in and out of the process, and by the
/// rows, which it reads with queries of its own.
final class Oracle {
  private unowned let world: World
  private var promises: [any Promise] = [
    Accepted(), OnRecord(), Together(), Routed(), Logged(), Told(), Honest(), Said(), Asked(), Warned(), Secrecy(),
    Alive(),
  ]
  private(set) var violations: [Violation] = []
  private(set) var lastRows: Rows?
  /// The events that were seen, by kind, also those that were pruned since.
  private(set) var kinds: [String: Int] = [:]
  private var counted: Int64 = 0

  init(_ world: World) { self.world = world }

  /// - Parameter isEnd: troubles and new jobs have been over for two days.
  func look(isEnd: Bool = false) {
    guard isEnd || world.machine.process?.readyAt != nil else { return }
    do {
      let rows = try Rows(path: world.setup.database, in: world.setup.directory, isWhole: isEnd)
      lastRows = rows
      for index in promises.indices { violations += promises[index].judge(rows, of: world, isEnd: isEnd) }
      let fresh = rows.events.filter { $0.seq > max(counted, world.inheritedLast) }
      for event in fresh { kinds[event.kind, default: 0] += 1 }
      counted = rows.events.last?.seq ?? counted
      world.resubmitLost(in: rows)
    } catch {
      violations.append(Violation("DURABLE", "the database cannot be read: \(error)"))
    }
  }

  /// What shows without a look.
  func found(_ violation: Violation) { violations.append(violation) }

  // MARK: The report

  /// All that the run knows of a violation.
  func story(of violation: Violation) -> String {
    var lines = ["\(violation.promise): \(violation.what)"]
    if let key = violation.job { lines += history(of: key).map { "  \($0)" } }
    for directory in [world.setup.incoming, world.setup.rejected] {
      for name in Disk.names(in: directory).sorted() {
        let text = Disk.content(of: "\(directory)/\(name)").map { String(decoding: $0.prefix(300), as: UTF8.self) }
        lines.append(
          "  \(directory.suffix(8))/\(name): \((text ?? "").split(separator: "\n").joined(separator: " | "))")
      }
    }
    lines.append("  the last that happened:")
    let told = violation.job.map { key in world.trace.filter { $0.contains(key.jobID) || !$0.contains("  log:") } }
    return (lines + (told ?? world.trace).suffix(60).map { "    \($0)" }).joined(separator: "\n")
  }

  private func history(of key: JobKey) -> [String] {
    var lines: [String] = []
    if let job = world.cloud.jobs[key.jobID] {
      let end = job.end.map { "\($0.state) \($0.at)" } ?? "never seen to end"
      let gone = job.goneAt.map { "\($0)" } ?? "never"
      lines.append("the truth: submitted \(job.submitted), shown from \(job.visibleFrom), \(end), record gone \(gone)")
    } else {
      lines.append("the truth: no cloud knows this job")
    }
    if let asked = world.cloud.polls[key.jobID] {
      lines.append(
        "asked \(asked.count) times, first \(VirtualTime.start + asked.first), last \(VirtualTime.start + asked.last)")
    }
    let job = lastRows?.jobs.first { $0.key == key }
    for event in lastRows?.events ?? [] where event.job != nil && event.job == job?.id {
      lines.append("event \(event.seq) \(event.at) \(event.kind)")
    }
    return lines
  }
}
