import JobWatchConfiguration
import JobWatchCore
import PollPlanning

/// The table that `list` prints: a line per job, no wider than the terminal.
struct JobTable {
  let jobs: [Job]
  let configuration: Configuration
  let now: Timestamp
  let terminal: Terminal

  private static let fit = TableFit(
    shortening: [("NOTE", 12), ("TYPE", 8)],
    dropping: ["TYPE", "SEEN", "ACCOUNT", "NOTE", "SERVICE", "AGE"])

  var lines: [String] {
    var cells = [["JOB", "SERVICE", "ACCOUNT", "TYPE", "STATE", "AGE", "SEEN", "NOTE"]]
    cells += jobs.map(row)
    if Set(jobs.map(\.key.account)).count < 2 { cells = TableFit.without(cells, "ACCOUNT") }
    let lines = Self.fit.lines(cells, width: terminal.width)
    return zip(lines, [nil] + jobs.map(\.state.colour)).map(terminal.painted)
  }

  private func row(_ job: Job) -> [String] {
    let listed = ListedJob(job: job, now: now, retention: configuration.retention(of: job))
    return [
      job.key.jobID, job.key.service, job.key.account, (job.jobType ?? "").onOneLine,
      job.state.rawValue, listed.age, listed.lastSeen, listed.note,
    ]
  }
}
