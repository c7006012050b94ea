import JobWatchCore
import JobWatchStore
import PollPlanning

/// A call for a job: what was taken for it, and what its row says of where and for what to ask.
struct PollCall: Sendable {
  /// A job that was taken from the queue, with what its call passes by.
  struct Taken: Sendable {
    /// As it was in the queue: it keeps its place there if the answer says nothing of it.
    var poll: ScheduledPoll
    /// Of the endpoint, among all.
    var index: Int
    /// What the call is made with, whatever the account has by the time of the answer.
    var credential: AccountState.ActiveCredential
    var permit: CircuitBreaker.Permit
    var permits: EndpointState.Permits
  }

  var taken: Taken
  var question: JobTable.Question

  var poll: ScheduledPoll { taken.poll }
  var index: Int { taken.index }
  var credential: AccountState.ActiveCredential { taken.credential }
  var permit: CircuitBreaker.Permit { taken.permit }
  var permits: EndpointState.Permits { taken.permits }
  var job: Int64 { taken.poll.job }

  /// What jobs of the type that the answer names have in common; nil where it names none.
  func durationKey(_ observation: Observation, at service: String) -> DurationKey? {
    switch observation {
    case .seen(_, let report), .unrecognised(let report):
      report.jobType.map {
        DurationKey(service: service, jobType: $0, region: question.region)
      }
    default: nil
    }
  }
}

extension Observation {
  var isSighting: Bool {
    switch self {
    case .seen, .unrecognised: true
    default: false
    }
  }

  var isThrottled: Bool { if case .throttled = self { true } else { false } }

  /// Of the credential.
  var isRefusal: Bool {
    switch self {
    case .refused, .skewed: true
    default: false
    }
  }
}
