/// A job API that the simulated cloud serves. The raw value is the name that configuration uses.
package enum SimulatedService: String, Sendable, Hashable, CaseIterable {
  /// `GET /v1/{project_id}/jobs/{job_id}`
  case ecs
  /// `GET /v2/{project_id}/jobs/{job_id}`
  case dcs

  var version: String {
    switch self {
    case .ecs: "v1"
    case .dcs: "v2"
    }
  }
}

/// What the path of a job query names. The services differ by path only, so one server serves both.
struct JobPath: Hashable, Sendable {
  var service: SimulatedService
  var projectID: String
  var jobID: String
  /// The task whose progress is asked for, instead of a job.
  var task: TaskPath?

  init(service: SimulatedService, projectID: String, jobID: String, task: TaskPath) {
    self.service = service
    self.projectID = projectID
    self.jobID = jobID
    self.task = task
  }

  /// Nil for every path that is not a job query of a service served here.
  init?(_ path: String) {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].isEmpty, parts[3] == "jobs",
      !parts[2].isEmpty, !parts[4].isEmpty,
      let service = SimulatedService.allCases.first(where: { $0.version == parts[1] })
    else { return nil }
    self.service = service
    projectID = String(parts[2])
    jobID = String(parts[4])
  }
}
