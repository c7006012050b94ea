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

  /// The service's own word for a status of a script. A word that scripts do not share stays.
  func word(_ status: String) -> String {
    let words =
      switch manner {
      case .classic, .cache: [String: String]()
      case .database, .middleware:
        ["INIT": "Running", "RUNNING": "Running", "SUCCESS": "Completed", "FAIL": "Failed"]
      case .container:
        ["INIT": "Initializing", "RUNNING": "Running", "SUCCESS": "Success", "FAIL": "Failed"]
      }
    return words[status] ?? status
  }
}

/// The ids in the path of a progress query.
struct TaskPath: Hashable, Sendable {
  var instanceID: String
  var taskID: String
}

/// The job or task that a query asks for.
///
/// In the real clouds services of one manner differ by host. Here one server speaks for all, and the job tells whose it
/// is. An id that none of them knows is the first one's.
struct JobPath: Sendable {
  var service: SimulatedService
  var projectID: String
  /// Or the task's.
  var jobID: String
  /// The task whose progress is asked for, instead of a job.
  var task: TaskPath?

  /// Nil for every request that is not a job query of a service served here.
  init?(_ request: ReceivedRequest, isKnown: (SimulatedService, String) -> Bool) {
    let parts = request.path.split(separator: "/", omittingEmptySubsequences: false)
      .map(String.init)
    guard request.method == "GET", parts.first == "", !parts.dropFirst().contains("") else { return nil }
    let manner: SimulatedService.Manner
    switch (parts.count, parts.dropFirst().first) {
    case (5, "v1") where parts[3] == "jobs":
      (manner, projectID, jobID) = (.classic, parts[2], parts[4])
    case (5, "v2") where parts[3] == "jobs":
      (manner, projectID, jobID) = (.cache, parts[2], parts[4])
    case (5, "v3") where parts[3] == "jobs":
      (manner, projectID, jobID) = (.middleware, parts[2], parts[4])
    case (4, "v3") where parts[3] == "jobs" && request.query.hasPrefix("id="):
      (manner, projectID, jobID) = (.database, parts[2], String(request.query.dropFirst(3)))
    case (7, "api") where parts[2...3] == ["v3", "projects"] && parts[5] == "jobs":
      (manner, projectID, jobID) = (.container, parts[4], parts[6])
    case (8, "v2") where [parts[3], parts[5], parts[7]] == ["instances", "tasks", "progress"]:
      (manner, projectID, jobID) = (.cache, parts[2], parts[6])
      task = TaskPath(instanceID: parts[4], taskID: parts[6])
    default: return nil
    }
    let (id, services) = (jobID, SimulatedService.allCases.filter { $0.manner == manner })
    guard !id.isEmpty, let service = services.first(where: { isKnown($0, id) }) ?? services.first else { return nil }
    self.service = service
  }
}
