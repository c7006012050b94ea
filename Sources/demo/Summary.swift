import CloudAPI
import JobWatchCore
import SimulatedCloud

/// The result of the run, counted from the logs of the cloud and the receivers.
enum Summary {
  static func text(_ stage: Stage) throws -> String {
    let all = stage.screenHook.deliveries + stage.oncall.deliveries
    let events = try stage.screenHook.deliveries.filter(\.isAccepted).map { try $0.event() }
    let ends = [EventKind.jobSucceeded, .jobFailed, .jobLapsed, .jobLost].map { kind in
      (name: kind.rawValue.dropFirst(4), count: events.count { $0.type == kind.rawValue })
    }
    let latencies = events.compactMap(latency).sorted()
    let messages =
      Set(stage.screenHook.deliveries.compactMap(\.id)).count
      + Set(stage.oncall.deliveries.compactMap(\.id)).count
    let unverified = all.count { $0.verification != .verified }
    let rows = [
      (
        "jobs",
        "\(ends.reduce(0) { $0 + $1.count }): "
          + ends.map { "\($0.count) \($0.name)" }.joined(separator: ", ")
      ),
      (
        "calls to the cloud",
        "\(stage.cloud.log.total), \(stage.cloud.throttledCalls.count) of them throttled"
      ),
      (
        "median detection",
        latencies.isEmpty
          ? "none" : "\(latencies[latencies.count / 2].spoken) after the end in the record"
      ),
      (
        "webhook deliveries",
        "\(messages) messages in \(all.count) attempts, "
          + "\(all.count { !$0.isAccepted }) of them refused at first, "
          + (unverified == 0 ? "every signature verified" : "\(unverified) signatures WRONG")
      ),
    ]
    return rows.map { name, value in
      name + String(repeating: " ", count: 20 - name.count) + value
    }.joined(separator: "\n")
  }

  /// From the end that the cloud's record names to the event that tells it.
  private static func latency(_ event: WebhookEvent) -> Duration? {
    let kinds = [EventKind.jobSucceeded, .jobFailed].map(\.rawValue)
    guard kinds.contains(event.type), let end = CloudTimeParser.parse(event.data.endTime)?.instant
    else { return nil }
    return event.timestamp - end
  }
}
