import JobWatchCore
import SimulatedCloud

/// What the run came to, counted from what the cloud and the receivers saw.
struct Summary {
  private let jobs: [(outcome: String, count: Int)]
  private let calls: Int
  private let throttled: Int
  private let medianLatency: Duration?
  private let messages: Int
  private let attempts: Int
  private let refusedAtFirst: Int
  private let unverified: Int

  init(_ stage: Stage) async throws {
    let events = try stage.screenHook.deliveries.filter(\.isAccepted).map(WebhookBody.init)
    let ends: [EventKind] = [.jobSucceeded, .jobFailed, .jobLapsed, .jobLost]
    jobs = ends.map { kind in
      (kind.rawValue, events.count { $0.type == kind.rawValue })
    }
    calls = stage.cloud.transaction.total
    throttled = stage.cloud.throttledCalls.count
    medianLatency = Self.median(events.compactMap(Self.latency))
    let all = stage.screenHook.deliveries + stage.oncall.deliveries
    messages =
      Set(stage.screenHook.deliveries.compactMap(\.id)).count
      + Set(stage.oncall.deliveries.compactMap(\.id)).count
    attempts = all.count
    refusedAtFirst = all.count { !$0.isAccepted }
    unverified = all.count { $0.verification != .verified }
  }

  /// From the end that the cloud's record names to the event that tells it.
  private static func latency(_ event: WebhookBody) -> Duration? {
    guard
      event.type == EventKind.jobSucceeded.rawValue || event.type == EventKind.jobFailed.rawValue,
      let end = event.data.endTime.flatMap({ CloudClock.read($0) })
    else { return nil }
    return event.timestamp - end
  }

  private static func median(_ values: [Duration]) -> Duration? {
    values.isEmpty ? nil : values.sorted()[values.count / 2]
  }

  var text: String {
    let outcomes = jobs.map { "\($0.count) \($0.outcome.dropFirst(4))" }.joined(separator: ", ")
    let total = jobs.reduce(0) { $0 + $1.count }
    let rows = [
      ("jobs", "\(total): \(outcomes)"),
      ("calls to the cloud", "\(calls), \(throttled) of them throttled"),
      (
        "median detection",
        medianLatency.map { "\($0.spoken) after the end in the record" } ?? "none"
      ),
      (
        "webhook deliveries",
        "\(messages) messages in \(attempts) attempts, \(refusedAtFirst) of them refused at first, "
          + (unverified == 0 ? "every signature verified" : "\(unverified) signatures WRONG")
      ),
    ]
    return rows.map { name, value in
      name + String(repeating: " ", count: 20 - name.count) + value
    }.joined(separator: "\n")
  }
}

/// The two forms in which this demo's services write times.
private enum CloudClock {
  static func read(_ text: String) -> Timestamp? {
    Int64(text).map(Timestamp.init(milliseconds:)) ?? Timestamp(iso8601: text)
  }
}
