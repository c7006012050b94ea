/// Tells a service in trouble from jobs in trouble: whom do calls without a usable answer speak of?
///
/// One odd job can fail for ever, and so can fifty: its id is another account's, or its record is broken. So jobs count,
/// and not answers: so many different ones in a row, or all there are. A job that failed while the service answered for
/// another is odd, and counts no more until it is answered. Where all that is needed have failed, the job that was
/// answered last is asked before the service is blamed: it may be the only good one among many bad ones. And where too
/// few have failed, but often enough, another is asked: the others' turn may come in an hour.
///
/// An answer that names one job, a service's own error for it, never speaks of the service for fewer than three jobs, even
/// if there are no others: each of them is told instead.
///
/// What speaks of the endpoint whoever is asked (no connection, a gateway's 503) makes no job odd, and needs no witness.
package struct FailureStreak: Hashable, Sendable {
  /// Whom a failure speaks of.
  package enum Blame: Hashable, Sendable {
    case job
    /// The service, unless it answers for another job, which is to be asked for now: `witness`, or any.
    case unsure
    case service
  }

  /// They failed since the service answered for any.
  package private(set) var failing: Set<Int64> = []
  /// They failed while it answered for others.
  package private(set) var odd: Set<Int64> = []
  /// The last one that failed.
  package private(set) var last: Int64?
  /// Of those that fail, the ones whose own the reason may be.
  private var suspects: Set<Int64> = []
  /// The job that was answered last, unless it has failed since.
  package var witness: Int64? { answered.flatMap { failing.contains($0) ? nil : $0 } }
  private var answered: Int64?
  private var answers = 0
  private let jobs: Int
  private let leastAnswers: Int
  private let neverFewer: Bool

  /// - Parameters:
  ///   - jobs: how many must fail in a row to speak of the service; where fewer are watched, all of them.
  ///   - answers: how many failures it takes, however few the jobs.
  ///   - neverFewer: so many must fail even where fewer are watched.
  package init(jobs: Int = 3, answers: Int = 3, neverFewer: Bool = false) {
    self.jobs = jobs
    leastAnswers = answers
    self.neverFewer = neverFewer
  }

  /// Whether it can only be told of the job: it is odd, or there are too few that fail to blame the service.
  package func isOfJob(_ job: Int64) -> Bool {
    odd.contains(job) || neverFewer && failing.contains(job) && failing.count < jobs
  }

  /// - Parameters:
  ///   - watched: jobs of the service.
  ///   - isOfEndpoint: whoever had been asked for, it would have failed.
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

  /// The service has answered for it.
  package mutating func succeed(_ job: Int64) {
    answered = job
    if !odd.isEmpty { odd.remove(job) }
    guard answers > 0 else { return }
    odd.formUnion(suspects.filter { $0 != job })
    (failing, suspects, answers, last) = ([], [], 0, nil)
  }

  /// It is not asked for any more.
  package mutating func forget(_ job: Int64) {
    failing.remove(job)
    suspects.remove(job)
    odd.remove(job)
    if answered == job { answered = nil }
  }
}
