import JobWatchCore

extension CloudService {
  /// Distributed Database Middleware.
  ///
  /// Its list of tasks has words for sharding. A task that is expanding, cancelling, rolling back or switching is at
  /// work, and one in ToBeSwitched waits for a person to switch or cancel it. RollbackSuccess, RollbackFail and
  /// CancelSuccess are ends by what they say. It also answers in the words of the job framework. DBS.300400 is "The
  /// task is not found". It documents no reason of a failure; `fail_reason` is a guess from its siblings. Pages:
  /// https://github.com/opentelekomcloud-docs/distributed-database-middleware.
  package static let ddm = CloudService(
    "ddm", "/v3/{project_id}/jobs/{job_id}",
    .task(.member("job"), begin: "created_time", end: "end_time", progress: "process"),
    words: [
      "Running": .running, "Completed": .succeeded, "Failed": .failed, "Expanding": .running,
      "Canceling": .running, "Rollbacking": .running, "ToBeSwitched": .running,
      "Switching": .running, "RollbackSuccess": .failed, "RollbackFail": .failed,
      "CancelSuccess": .failed, "INIT": .pending, "SUCCESS": .succeeded, "FAIL": .failed,
    ], absent: ["DBS.300400"], replies: instanceReplies,
    hosts: ServiceHosts(
      label: "ddm",
      only: """
        ae-ad-1 ap-southeast-1 cn-east-2 cn-east-3 cn-north-1 cn-north-4 cn-north-9 cn-south-1
        cn-south-2 cn-southwest-2 eu-west-101 la-north-2 la-south-2 my-kualalumpur-1 ru-moscow-1
        sa-brazil-1
        """,
      isEuropean: true, telekom: ["ddm": "eu-de"]))
}
