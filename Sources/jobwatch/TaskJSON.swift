import JobWatchCore

/// A job's task as `show --json` prints it.
struct TaskJSON: Encodable {
  struct StepJSON: Encodable {
    let id: String?
    let name: String?
    let status: String
    let beginTime: String?
    let endTime: String?
    let errorCode: String?
    let detail: String?
    let subSteps: [StepJSON]?
  }

  let instanceID: String
  let taskID: String?
  /// 0 to 100.
  let progress: Double?
  let remainingSeconds: Int?
  let asOf: Timestamp?
  let steps: [StepJSON]
  /// Why there is no later progress.
  let failure: ProgressReport.Failure?

  /// Nil unless the submitter named an instance.
  init?(_ dossier: JobDetails) {
    guard let instanceID = dossier.job.hint.instanceID else { return nil }
    self.instanceID = instanceID
    taskID = dossier.job.hint.taskID
    let report = dossier.progress
    progress = report?.progress?.percent
    remainingSeconds = report?.progress?.remaining
    asOf = report?.asOf
    steps = report?.progress?.steps.map(Self.view) ?? []
    failure = report?.failure
  }

  private static func view(_ step: TaskProgress.Step) -> StepJSON {
    StepJSON(
      id: step.id, name: step.name, status: step.status, beginTime: step.begin?.raw,
      endTime: step.end?.raw, errorCode: step.errorCode, detail: step.detail,
      subSteps: step.parts.isEmpty ? nil : step.parts.map(view))
  }
}
