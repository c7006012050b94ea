import JobWatchCore

/// What an event says of its job is what the cloud and the submitters said of it.
struct Said: Promise {
  private var judged: Int64 = 0
  /// Jobs that had their team at the last look.
  private var labelled: Set<Int64> = []
  private var restores = 0

  private static let certainty = [
    "job.succeeded": "confirmed", "job.failed": "confirmed", "job.lost": "lost", "job.unknown": "inferred",
    "job.lapsed": "inferred",
  ]

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    defer {
      judged = rows.events.last?.seq ?? 0
      // A job that was pruned and is submitted again begins without.
      let isKept = world.setup.keep > .days(30)
      labelled = isKept ? Set(rows.jobs.lazy.filter { $0.labels["team"] != nil }.map(\.id)) : []
    }
    if world.restores != restores { (labelled, restores) = ([], world.restores) }
    let jobs = Dictionary(uniqueKeysWithValues: rows.jobs.map { ($0.id, $0) })
    return rows.events.reversed().prefix { $0.seq > judged }.compactMap { event in
      guard let job = event.job.flatMap({ jobs[$0] }), !world.circumstances.isInherited(event.seq),
        let what = fault(of: event, job, world)
      else { return nil }
      return Violation("HONEST", "event \(event.seq) \(event.kind): \(what)", job.key)
    }
  }

  private func fault(of event: Rows.Event, _ job: Rows.Job, _ world: World) -> String? {
    let data = event.content
    if (data.account, data.service, data.jobID) != (job.key.account, job.key.service, job.key.jobID) {
      return "it names another job"
    }
    if let team = data.labels?["team"], team != job.labels["team"] { return "the team is \(team)" }
    if data.labels?["team"] == nil, labelled.contains(job.id) { return "the team is missing" }
    if let expected = Self.certainty[event.kind] {
      if data.certainty != expected { return "its certainty is \(data.certainty ?? "missing")" }
      if "job.\(data.state ?? "")" != event.kind { return "its state is \(data.state ?? "missing")" }
    }
    if ["job.lost", "job.at_risk"].contains(event.kind), data.blindGap == nil { return "nothing says since when" }
    if event.kind == "job.failed", let code = world.cloud.errorCodeShown(of: job.key.jobID), data.errorCode != code {
      return "its error code is \(data.errorCode ?? "missing")"
    }
    return nil
  }
}
