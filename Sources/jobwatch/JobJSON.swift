import JobWatchCore

extension Job {
  /// The job as `list` and `show` print it with `--json`: under the names of the events' data where both have the
  /// field.
  func json(retention: RetentionPolicy, pauses: AccountPauses) -> JSONObject {
    let subJobs = report?.subJobs ?? []
    let paused = state.isFinal ? [] : pauses.on(key.lane)
    return [
      "job_id": key.jobID, "account": key.account, "service": key.service, "region": region,
      "project_id": projectID, "job_type": jobType, "state": state,
      "raw_status": report?.rawStatus, "labels": labels, "channels": channels,
      "submitted_at": submittedAt, "registered_at": registeredAt, "first_seen_at": firstSeenAt,
      "last_seen_at": lastSeenAt,
      // When jobwatch learned the end.
      "ended_at": endedAt,
      // As the cloud wrote them.
      "begin_time": report?.begin?.raw, "end_time": report?.end?.raw,
      "error_code": report?.errorCode, "fail_reason": report?.failReason,
      "entities": report?.entities, "sub_jobs": subJobs.isEmpty ? nil : SubJobCount(subJobs),
      // When the cloud deletes its record of the job.
      "expires_at": expiresAt(under: retention),
      // The end that the submitter expects, at the latest.
      "expected_by": expectedBy,
      // When `job.stuck` was told.
      "stuck_at": notices.stuckAt,
      // "No such job" answers in a row that are not believed yet.
      "absent_answers": absence?.answers,
      // Why a watched job is not polled.
      "paused": paused.isEmpty ? nil : paused,
    ]
  }
}
