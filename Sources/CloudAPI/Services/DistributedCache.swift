import JobWatchCore

extension CloudService {
  /// Distributed Cache Service.
  ///
  /// Its records have no entities, and times in milliseconds. It documents no retention. CREATED and the words behind
  /// it are those of its task centre, because the id of a task may be asked for as a job's. A paused task waits for a
  /// person. Pages: https://github.com/opentelekomcloud-docs/distributed-cache-service and
  /// https://support.huaweicloud.com/intl/en-us/api-dcs/ShowBackgroundTaskProgress.html.
  package static let dcs = CloudService(
    "dcs", "/v2/{project_id}/jobs/{job_id}",
    progress: "/v2/{project_id}/instances/{instance_id}/tasks/{task_id}/progress",
    words: [
      "INIT": .pending, "RUNNING": .running, "SUCCESS": .succeeded, "FAIL": .failed,
      "CREATED": .pending, "EXECUTING": .running, "PAUSED": .pending, "SUCCEED": .succeeded,
      "FAILED": .failed, "CANCELLED": .failed,
    ],
    absent: ["DCS.4133", "111400070", "DCS.4070"], replies: instanceReplies,
    hosts: ServiceHosts(label: "dcs", telekom: ["dcs": "eu-de eu-nl"]))
}
