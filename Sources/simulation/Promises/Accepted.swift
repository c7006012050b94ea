import JobWatchCore

/// A job that was accepted is never forgotten, and no other is watched.
struct Accepted: Promise {
  private var firstSeen: [Int64: Timestamp] = [:]
  private var restores = 0
  /// When a job was seen to be watched last.
  private var watched: [JobKey: Duration] = [:]

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    if world.restores != restores { (watched, firstSeen, restores) = ([:], [:], world.restores) }
    return files(rows, world) + waiting(world, isEnd) + strangers(rows, world) + labels(rows, world)
      + kept(rows, world) + memory(rows, world) + told(rows, world, isEnd) + again(rows, world)
  }

  /// A watch begins once for each file that names the job; a file that could not be cleared away, once for each start.
  private func again(_ rows: Rows, _ world: World) -> [Violation] {
    let begun = Dictionary(grouping: rows.events.filter { $0.kind == "job.registered" }, by: \.job)
      .filter { $0.value.count > world.machine.starts + 1 }
    return rows.jobs.compactMap { job in
      guard let events = begun[job.id] else { return nil }
      let files = world.submitters.files.count { $0.jobs.contains(job.key) }
      guard events.count > files + world.machine.starts else { return nil }
      return Violation("ONCE", "\(job.key) was registered \(events.count) times, by \(files) files", job.key)
    }
  }

  /// A refused entry is told, and a command is obeyed: each that is taken tells of a pause or of its end.
  private func told(_ rows: Rows, _ world: World, _ isEnd: Bool) -> [Violation] {
    if world.setup.keep < .days(30) || world.restoredSeq != nil { return [] }
    let rejected = Set(rows.events.lazy.filter { $0.kind == "spool.rejected" }.compactMap(\.content.file))
    let untold = world.submitters.files.filter {
      $0.isSettled && !$0.isSpoiled && $0.refused > 0 && !rejected.contains($0.name)
    }.map { Violation("FORGOTTEN", "\($0.name) has an entry to refuse, and no event says so") }
    let pairs = [("-pause.json", "account.paused"), ("-resume.json", "account.resumed")]
    return untold
      + (isEnd ? pairs : []).compactMap { ending, kind in
        let commands = world.submitters.files.count { $0.isSettled && !$0.isSpoiled && $0.name.hasSuffix(ending) }
        let events = rows.events.count {
          $0.kind == kind && !world.circumstances.isInherited($0.seq) && $0.content.isByHand
        }
        return events < commands
          ? Violation("FORGOTTEN", "\(commands) commands were taken, and \(events) \(kind)") : nil
      }
  }

  /// A file that is gone from `incoming/` has its jobs on record, and what was wrong in it is in `rejected/`.
  private func files(_ rows: Rows, _ world: World) -> [Violation] {
    let known = Set(rows.jobs.map(\.key))
    let rejected = Disk.names(in: world.setup.rejected)
    var violations: [Violation] = []
    world.submitters.settle { file in
      if file.isSpoiled { return }
      // A job that ended long ago may be pruned right after it was submitted again.
      for key in file.jobs where !known.contains(key) && (world.setup.keep > .days(30) || isFresh(key, world)) {
        violations.append(Violation("FORGOTTEN", "\(file.name) is gone and \(key) is not on record", key))
      }
      if file.refused == 0, rejected.contains(where: { $0.hasPrefix(file.name) }) {
        violations.append(Violation("FORGOTTEN", "\(file.name) is good and was rejected"))
      }
    }
    let sizes = world.submitters.sizes(in: world.setup.incoming, world.setup.rejected)
    for file in world.submitters.files where file.isSettled && !file.isSpoiled && file.refused > 0 {
      if sizes.contains(where: { $0.key.contains(file.name) && $0.value == file.size }) { continue }
      violations.append(Violation("FORGOTTEN", "\(file.name) has an entry to refuse and is not whole in rejected/"))
    }
    // A reason that a crash left unfinished is replaced by the next one.
    let whole = rejected.filter { !$0.hasPrefix(".") && !$0.hasSuffix(".reason") }
    for name in whole where !rejected.contains(name + ".reason") {
      violations.append(Violation("FORGOTTEN", "\(name) is in rejected/ without its reason"))
    }
    return violations
  }

  /// By a clock that is a day ahead, nothing is.
  private func isFresh(_ key: JobKey, _ world: World) -> Bool {
    if world.circumstances.hasHad(.clock) { return false }
    return world.submitters.submitted[key].map { world.time.now - $0 < .hours(8) } ?? false
  }

  /// A file is taken in while the daemon runs: at the latest with the second scan.
  private func waiting(_ world: World, _ isEnd: Bool) -> [Violation] {
    let patience = Duration.seconds(25 * world.options.stretch)
    let isWell = world.circumstances.hasBeenWell(for: patience, but: "cloud", "clock")
    return world.submitters.files.filter { file in
      !file.isSettled && !file.isSpoiled && (isEnd || isWell && file.visibleAt <= world.time.now - patience)
    }.map { Violation("SPOOL", "\($0.name) is not taken in") }
  }

  private func strangers(_ rows: Rows, _ world: World) -> [Violation] {
    rows.jobs.filter { job in
      world.cloud.jobs[job.key.jobID] == nil && !world.submitters.invented.contains(job.key.jobID)
        && !world.inherited.contains(job.id)
    }.map { Violation("INVENTED", "\($0.key) was never submitted", $0.key) }
  }

  /// Those of all files that named the job.
  private func labels(_ rows: Rows, _ world: World) -> [Violation] {
    // A job that was pruned and is submitted again has the labels of its second life.
    if world.setup.keep < .days(30) { return [] }
    let known = Dictionary(rows.jobs.map { ($0.key, $0.labels) }) { first, _ in first }
    return world.submitters.settledLabels.compactMap { key, labels in
      guard let own = known[key] else { return Violation("FORGOTTEN", "\(key) was taken in and is not on record", key) }
      let missing = labels.filter { own[$0.key] != $0.value }
      return missing.isEmpty ? nil : Violation("FORGOTTEN", "\(key) lacks the labels \(missing)", key)
    }
  }

  /// A job stays on record until it has been over for as long as things are kept.
  private mutating func kept(_ rows: Rows, _ world: World) -> [Violation] {
    let gone = Set(watched.keys).subtracting(rows.jobs.map(\.key))
    for job in rows.jobs where job.isWatched { watched[job.key] = world.time.now }
    defer { for key in gone { watched[key] = nil } }
    if world.circumstances.hasHad(.clock) { return [] }
    // An end that a bad disk kept from being written has the time of its answer.
    let kept = world.setup.keep - .hours(1)
    return gone.filter { watched[$0].map { world.time.now - $0 < kept } ?? false }.map {
      Violation("FORGOTTEN", "\($0) was watched, and is not on record any more", $0)
    }
  }

  /// When a job was first seen stays known, also if it is submitted again.
  private mutating func memory(_ rows: Rows, _ world: World) -> [Violation] {
    var violations: [Violation] = []
    // The next job may get the number of one that was pruned.
    if world.setup.keep < .days(30) { return [] }
    for job in rows.jobs {
      if let before = firstSeen[job.id], job.firstSeenAt == nil {
        violations.append(
          Violation("FORGOTTEN", "\(job.key) was seen \(before), and is said to be never seen", job.key))
      }
      firstSeen[job.id] = job.firstSeenAt
    }
    return violations
  }
}
