/// The jobs whose durations are learned together: one type, at one service, in one region.
package struct DurationKey: Hashable, Sendable {
  package var service: String
  /// As the service names it; empty where it names none.
  package var jobType: String
  package var region: String

  package init(service: String, jobType: String, region: String) {
    self.service = service
    self.jobType = jobType
    self.region = region
  }
}

extension DurationKey: Comparable {
  package static func < (left: DurationKey, right: DurationKey) -> Bool {
    (left.service, left.jobType, left.region) < (right.service, right.jobType, right.region)
  }
}

extension Job {
  /// What its duration is learned for.
  package var durationKey: DurationKey {
    DurationKey(service: key.service, jobType: jobType ?? "", region: region)
  }
}
