import JobWatchCore

extension CloudService {
  /// Cloud Container Engine, in the manner of Kubernetes.
  ///
  /// The end of a job is the time of the last change. CCE.01404001 is its code for any missing resource; this address
  /// names only the job. Pages: https://github.com/opentelekomcloud-docs/cloud-container-engine.
  package static let cce = CloudService(
    "cce", "/api/v3/projects/{project_id}/jobs/{job_id}",
    RecordLayout(
      jobID: "metadata.uid", jobType: "spec.type", status: "status.phase",
      begin: "metadata.creationTimestamp", end: "metadata.updateTimestamp", errorCode: nil,
      failReason: "status.reason", objects: [.init(name: "spec", without: ["type"])]),
    words: [
      "Initializing": .pending, "Running": .running, "Success": .succeeded, "Failed": .failed,
    ],
    absent: ["CCE.01404001"], replies: ["apiVersion"],
    hosts: ServiceHosts(label: "cce", missing: "cn-southwest-3", isEuropean: true, telekom: ["cce": "eu-de eu-nl"]))
}
