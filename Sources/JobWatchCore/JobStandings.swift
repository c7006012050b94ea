/// How the jobs of an endpoint stand with it: which it never showed, which were gone and are watched again, and how often
/// in a row each had no usable answer.
struct JobStandings: Sendable {
  private var unshown: Set<Int64> = []
  private var returned: Set<Int64> = []
  private var failures: [Int64: Int] = [:]

  mutating func enter(_ job: Int64, isNew: Bool, isReturned: Bool) {
    if isNew { unshown.insert(job) }
    if isReturned { returned.insert(job) }
  }

  mutating func sighted(_ job: Int64) {
    answered(job)
    shown(job)
  }

  mutating func answered(_ job: Int64) {
    if !failures.isEmpty { failures[job] = nil }
  }

  mutating func failed(_ job: Int64) { failures[job, default: 0] += 1 }

  func failures(of job: Int64) -> Int { failures[job] ?? 0 }

  mutating func shown(_ job: Int64) {
    if !unshown.isEmpty { unshown.remove(job) }
    if !returned.isEmpty { returned.remove(job) }
  }

  mutating func forget(_ job: Int64) { sighted(job) }

  /// "No such job", for one that is watched.
  func absent(
    _ job: Int64, of watched: Int, _ absences: inout MassAbsence, at uptime: Duration,
    _ policy: AbsencePolicy
  ) -> MassAbsence.Change? {
    let shown = watched - unshown.count - returned.count
    let crowd: MassAbsence.Crowd
    switch (returned.contains(job), unshown.contains(job)) {
    case (true, _): crowd = .none
    case (_, true): crowd = shown > 0 ? .none : .new
    default: crowd = .shown
    }
    return absences.absent(
      job, of: crowd, watched: crowd == .new ? unshown.count : max(shown, 1), at: uptime,
      policy: policy)
  }
}
