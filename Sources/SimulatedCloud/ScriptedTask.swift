import JobWatchCore

/// A background task of a DCS instance, whose progress is served under
/// `/v2/{project_id}/instances/{instance_id}/tasks/{task_id}/progress`,
/// https://support.huaweicloud.com/intl/en-us/api-dcs/ShowBackgroundTaskProgress.html
package struct ScriptedTask: Sendable {
  /// One after the other; the first begins with the task.
  package struct Step: Sendable {
    package var name: String
    package var lasts: Duration
    /// Names of parts, which go with the step.
    package var parts: [String]
    /// It ends in FAILED, with this error; no later step begins.
    package var errorCode: String?

    package init(
      _ name: String, lasts: Duration, parts: [String] = [], errorCode: String? = nil
    ) {
      self.name = name
      self.lasts = lasts
      self.parts = parts
      self.errorCode = errorCode
    }
  }

  package var instanceID: String
  package var taskID: String
  package var steps: [Step]
  /// Sent instead of the progress.
  package var reply: Reply?

  package init(instanceID: String, taskID: String, steps: [Step], reply: Reply? = nil) {
    self.instanceID = instanceID
    self.taskID = taskID
    self.steps = steps
    self.reply = reply
  }

  var path: TaskPath { TaskPath(instanceID: instanceID, taskID: taskID) }

  /// - Parameter begun: on the cloud's clock.
  func json(begun: Timestamp, elapsed: Duration) -> JSONText {
    let total = steps.reduce(.zero) { $0 + $1.lasts }
    let done = total > .zero ? min(elapsed.seconds / total.seconds, 1) : 1
    var begin = Duration.zero
    var hasFailed = false
    let details = steps.enumerated().map { number, step in
      defer {
        begin += step.lasts
        if step.errorCode != nil, elapsed >= begin { hasFailed = true }
      }
      return detail(step, number + 1, begin, begun, hasFailed ? .zero : elapsed)
    }
    return [
      "progress": .number(Int(done * 100)),
      "remain_time": .number(Int(max(total - elapsed, .zero).seconds)),
      "step_details": .array(details),
    ]
  }

  private func detail(
    _ step: Step, _ number: Int, _ begin: Duration, _ begun: Timestamp, _ elapsed: Duration
  ) -> JSONText {
    let end = begin + step.lasts
    let hasBegun = elapsed >= begin
    let hasEnded = elapsed >= end
    let status =
      switch (hasBegun, hasEnded) {
      case (false, _): "WAITING"
      case (true, false): "EXECUTING"
      case (true, true): step.errorCode == nil ? "FINISH" : "FAILED"
      }
    let times: [(String, JSONText)] = [
      ("begin_time", .optional(hasBegun ? (begun + begin).description : nil)),
      ("end_time", .optional(hasEnded ? (begun + end).description : nil)),
      ("error_code", .optional(hasEnded ? step.errorCode : nil)),
    ]
    let parts = step.parts.enumerated().map { index, name in
      JSONText.object(
        [
          ("sub_step_id", .string("\(number).\(index + 1)")), ("sub_step_name", .string(name)),
          ("sub_step_status", .string(status)), ("detail", .string("")),
        ] + times)
    }
    return .object(
      [
        ("step_id", .string("\(number)")), ("step_name", .string(step.name)),
        ("step_status", .string(status)),
      ] + times + [("sub_step_details", .array(parts))])
  }
}

/// The ids in the path of a progress query.
struct TaskPath: Hashable, Sendable {
  var instanceID: String
  var taskID: String
}

extension CloudState {
  struct BegunTask: Sendable {
    var script: ScriptedTask
    var begun: Timestamp
  }

  func progress(of path: TaskPath, at now: Timestamp) -> Reply {
    guard let task = tasks[path] else {
      return ErrorReply.service(.dcs, 404, "DCS.3022", "This DCS instance does not exist.")
    }
    return task.script.reply
      ?? .json(
        status: 200,
        task.script.json(begun: task.begun + options.clockSkew, elapsed: now - task.begun))
  }
}
