/// Tells a service in trouble from jobs in trouble, by which jobs have no usable answer.
///
/// Fifty broken jobs can fail for ever: their ids are another account's, or their records are broken. So jobs count, and
/// not answers: a number of different ones in a row, or all there are. A job that fails while the service answers for
/// another is odd, and does not count until it is answered. The service is blamed only after the job that was answered
/// last has failed as well. Where failures are enough, but of too few jobs, another job is asked at once:
/// its own turn may be hours away.
///
/// An error that names one job never speaks of the service for fewer than three jobs: each of them is told instead. A
/// failure that any job would have met (no connection, a gateway's 503) makes no job odd, and needs no witness.
package struct FailureStreak: Hashable, Sendable {
  /// What is in trouble.
  package enum Blame: Hashable, Sendable {
    case job
    /// The service, unless it answers for another job, which is to be asked now: `witness`, or any.
    case unsure
    case service
  }

  /// They failed since the service answered for any.
  package private(set) var failing: Set<Int64> = []
  /// They failed while it answered for others.
  package private(set) var odd: Set<Int64> = []
  package private(set) var last: Int64?
  /// Of those that fail, the ones that may have caused it themselves.
  private var suspects: Set<Int64> = []
  /// The job that was answered last, unless it has failed since.
  package var witness: Int64? { answered.flatMap { failing.contains($0) ? nil : $0 } }
  private var answered: Int64?
  private var answers = 0
  private let jobs: Int
  private let leastAnswers: Int
  private let neverFewer: Bool

  /// - Parameters:
  ///   - jobs: how many must fail in a row to blame the service; where fewer are watched, all of them.
  ///   - answers: how many failures it takes, however few the jobs.
  ///   - neverFewer: so many jobs must fail even where fewer are watched.
  package init(jobs: Int = 3, answers: Int = 3, neverFewer: Bool = false) {
    (self.jobs, leastAnswers, self.neverFewer) = (jobs, answers, neverFewer)
  }

  /// Whether it can only be told of the job: it is odd, or too few fail to blame the service.
  package func isOfJob(_ job: Int64) -> Bool {
    odd.contains(job) || neverFewer && failing.contains(job) && failing.count < jobs
  }

  /// - Parameters:
  ///   - watched: jobs of the service.
  ///   - isOfEndpoint: any job would have failed.
  package mutating func fail(_ job: Int64, watched: Int, isOfEndpoint: Bool = false) -> Blame {
    last = job
    if !isOfEndpoint {
      if odd.contains(job) { return .job }
      suspects.insert(job)
    }
    failing.insert(job)
    answers += 1
    let others = watched - odd.count { !failing.contains($0) }
    guard answers >= leastAnswers else { return .job }
    let isEnough = failing.count >= (neverFewer ? jobs : min(jobs, max(others, 1)))
    return isEnough && (isOfEndpoint || witness == nil) ? .service : .unsure
  }

  /// The service has answered for the job.
  package mutating func succeed(_ job: Int64) {
    answered = job
    if !odd.isEmpty { odd.remove(job) }
    guard answers > 0 else { return }
    odd.formUnion(suspects.filter { $0 != job })
    (failing, suspects, answers, last) = ([], [], 0, nil)
  }

  package mutating func forget(_ job: Int64) {
    failing.remove(job)
    suspects.remove(job)
    odd.remove(job)
    if answered == job { answered = nil }
  }
}

/// Jobs that a call had better not ask for, because they failed, perhaps for reasons of their own, where what another
/// job brings decides more than its own case.
package struct ProbeChoice: Hashable, Sendable {
  package private(set) var avoided: Set<Int64> = []
  /// Those that failed last, which are avoided even if all failed.
  package private(set) var last: Set<Int64> = []

  /// Was answered last, and better than any other.
  package private(set) var witness: Int64?

  package init(avoided: Set<Int64> = []) { self.avoided = avoided }

  package init(_ streak: FailureStreak) {
    avoid(streak)
    witness = streak.witness
  }

  package mutating func avoid(_ streak: FailureStreak) {
    avoided.formUnion(streak.failing)
    avoided.formUnion(streak.odd)
    if let job = streak.last { last.insert(job) }
  }
}
