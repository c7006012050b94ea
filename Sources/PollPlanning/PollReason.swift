import JobWatchCore

extension PollForecast {
  /// Why a watched job is asked for when it is.
  package enum Reason: Hashable, Sendable {
    /// Jobs of its type seldom end before then.
    case fewEndSooner
    /// Within the ages at which eight in ten of its type end.
    case mostEndThen
    /// Jobs of its type have nearly all ended by then.
    case nearlyAllEndSooner
    /// It is known to have outlived nine in ten of its type.
    case outlivedMost
    /// Its submitter said that it has ended by then.
    case expected
    /// It is told to be stuck then, if it has not ended.
    case stuckLimit
    /// No job is left alone for longer, in seconds.
    case ceiling(Double)
    /// It was not seen yet, and its submitter did not name its type.
    case typeUnknown
    /// So few jobs of its type have ended.
    case typeNew(jobs: Int)
    /// Its order is not paid.
    case unpaid
    /// The service says that there is no such job, which is not believed yet.
    case doubted
    /// It is lost, and looked for in case it shows up again.
    case lost
    /// What was asked brought no usable answer, or could not be asked in time.
    case unanswered
    /// The user wants the same gap always, in seconds.
    case fixed(Double)
    /// Beside the others: a call costs so many seconds of latency, more than the user says.
    case quotaShort(price: Double)

    /// A name for programs.
    package var name: String {
      switch self {
      case .fewEndSooner: "few_end_sooner"
      case .mostEndThen: "most_end_then"
      case .nearlyAllEndSooner: "nearly_all_end_sooner"
      case .outlivedMost: "outlived_most"
      case .expected: "expected"
      case .stuckLimit: "stuck_limit"
      case .ceiling: "ceiling"
      case .typeUnknown: "type_unknown"
      case .typeNew: "type_new"
      case .unpaid: "unpaid"
      case .doubted: "doubted"
      case .lost: "lost"
      case .unanswered: "unanswered"
      case .fixed: "fixed"
      case .quotaShort: "quota_short"
      }
    }

    /// What follows "because".
    package var text: String {
      switch self {
      case .fewEndSooner: "few end sooner"
      case .mostEndThen: "most end around then"
      case .nearlyAllEndSooner: "nearly all have ended by then"
      case .outlivedMost: "it takes longer than 9 in 10 of its type"
      case .expected: "its submitter expects its end by then"
      case .stuckLimit: "polling.stuck_after is over then"
      case .ceiling(let gap): "no job is left alone for longer than \(Duration.seconds(gap).spoken)"
      case .typeUnknown: "its type is not known yet"
      case .typeNew(let jobs): "its type is new: \(jobs) of it ended so far"
      case .unpaid: "the order is not paid"
      case .doubted: "the service says that there is no such job, which is not believed yet"
      case .lost: "it is lost, and may show up again"
      case .unanswered: "it could not be asked, or brought no usable answer"
      case .fixed(let gap): "polling.fixed is \(Duration.seconds(gap).spoken)"
      case .quotaShort(let price):
        "the call price is \(Duration.seconds(price).spoken): the quota is short"
      }
    }
  }
}
