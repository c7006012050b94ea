/// A job API that the simulated cloud serves. The raw value is the name that configuration uses.
package enum SimulatedService: String, Sendable, Hashable, CaseIterable {
  case ecs, bms, evs, sdrs, deh, eip, ims, dcs, rds, taurusdb, gaussdb, dds, geminidb, ddm, cce

  /// How a family of services is asked, writes its records and refuses.
  enum Manner: Hashable {
    /// `GET /v1/{project_id}/jobs/{job_id}`
    case classic
    /// `GET /v2/{project_id}/jobs/{job_id}`
    case cache
    /// `GET /v3/{project_id}/jobs?id={job_id}`
    case database
    /// `GET /v3/{project_id}/jobs/{job_id}`
    case middleware
    /// `GET /api/v3/projects/{project_id}/jobs/{job_id}`
    case container
  }

  var manner: Manner {
    switch self {
    case .ecs, .bms, .evs, .sdrs, .deh, .eip, .ims: .classic
    case .dcs: .cache
    case .rds, .taurusdb, .gaussdb, .dds, .geminidb: .database
    case .ddm: .middleware
    case .cce: .container
    }
  }

  /// The service's own word for one of a script; a word that the scripts do not share stays.
  func word(_ status: String) -> String {
    switch (manner, status) {
    case (.database, "INIT"), (.database, "RUNNING"): "Running"
    case (.middleware, "INIT"), (.middleware, "RUNNING"): "Running"
    case (.database, "SUCCESS"), (.middleware, "SUCCESS"): "Completed"
    case (.database, "FAIL"), (.middleware, "FAIL"), (.container, "FAIL"): "Failed"
    case (.container, "INIT"): "Initializing"
    case (.container, "RUNNING"): "Running"
    case (.container, "SUCCESS"): "Success"
    default: status
    }
  }
}

/// What a job query asks for.
///
/// In the real clouds services of one manner differ by host. Here one server speaks for all, and the
/// job tells whose it is: an id that none of them knows is the first one's.
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

  /// Nil for every request that is not a job query of a service served here.
  init?(_ request: ReceivedRequest, isKnown: (SimulatedService, String) -> Bool) {
    guard request.method == "GET", let (manner, projectID, jobID) = Self.parts(of: request),
      !projectID.isEmpty, !jobID.isEmpty
    else { return nil }
    let services = SimulatedService.allCases.filter { $0.manner == manner }
    guard let service = services.first(where: { isKnown($0, jobID) }) ?? services.first else {
      return nil
    }
    self.service = service
    self.projectID = projectID
    self.jobID = jobID
  }

  private static func parts(
    of request: ReceivedRequest
  ) -> (SimulatedService.Manner, projectID: String, jobID: String)? {
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
      .map(String.init)
    guard parts.first == "" else { return nil }
    switch (parts.count, parts.dropFirst().first) {
    case (5, "v1") where parts[3] == "jobs": return (.classic, parts[2], parts[4])
    case (5, "v2") where parts[3] == "jobs": return (.cache, parts[2], parts[4])
    case (5, "v3") where parts[3] == "jobs": return (.middleware, parts[2], parts[4])
    case (4, "v3") where parts[3] == "jobs" && request.query.hasPrefix("id="):
      return (.database, parts[2], String(request.query.dropFirst("id=".count)))
    case (7, "api") where parts[2...3] == ["v3", "projects"] && parts[5] == "jobs":
      return (.container, parts[4], parts[6])
    default: return nil
    }
  }
}
