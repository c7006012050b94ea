import CloudAPI
import JobWatchCore

/// The job or task that a query asks for, by the addresses of the services.
///
/// In the real clouds services with like addresses differ by host. Here one server answers for all, and the job tells
/// whose it is. An id that none of them has is the first one's.
struct JobPath: Sendable {
  var service: CloudService
  var projectID: String
  /// Or the task's.
  var jobID: String
  /// The task whose progress is asked for, instead of a job.
  var task: TaskName?

  /// Nil for every request that is not a query of a service.
  init?(_ request: ReceivedRequest, isKnown: (CloudService, String) -> Bool) {
    let segments = request.path.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard request.method == "GET", segments.first == "", !segments.dropFirst().contains("") else { return nil }
    let parameters = Dictionary(PercentEncoding.pairs(request.query[...]).map { ($0.name, $0.value) }) { first, _ in
      first
    }
    let paths = CloudService.all.compactMap { JobPath($0, Array(segments.dropFirst()), parameters) }
    guard let path = paths.first(where: { isKnown($0.service, $0.jobID) }) ?? paths.first else { return nil }
    self = path
  }

  private init?(_ service: CloudService, _ segments: [String], _ parameters: [String: String]) {
    let values = service.address.values(in: segments, parameters) ?? service.progressAddress?.values(in: segments, [:])
    guard let values, let project = values["{project_id}"], let id = values["{job_id}"] ?? values["{task_id}"],
      !id.isEmpty
    else { return nil }
    (self.service, projectID, jobID) = (service, project, id)
    task = TaskName(values["{instance_id}"], values["{task_id}"])
  }
}
