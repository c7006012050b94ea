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

    package init(_ name: String, lasts: Duration, parts: [String] = [], errorCode: String? = nil) {
      self.name = name
      self.lasts = lasts
      self.parts = parts
      self.errorCode = errorCode
    }
  }

  package let instanceID: String
  package let taskID: String
  let steps: [Step]
  /// Sent instead of the progress.
  let reply: Reply?

  package init(instanceID: String, taskID: String, steps: [Step], reply: Reply? = nil) {
    self.instanceID = instanceID
    self.taskID = taskID
    self.steps = steps
    self.reply = reply
  }

  /// - Parameter begun: on the cloud's clock.
  func json(begun: Timestamp, elapsed: Duration) -> OrderedJSON {
    let total = steps.reduce(.zero) { $0 + $1.lasts }
    let done = total > .zero ? min(elapsed.seconds / total.seconds, 1) : 1
    var (begin, hasFailed) = (Duration.zero, false)
    let details = steps.enumerated().map { number, step in
      let detail = detail(step, number + 1, begin, begun, hasFailed ? .zero : elapsed)
      begin += step.lasts
      if step.errorCode != nil, elapsed >= begin { hasFailed = true }
      return detail
    }
    return [
      "progress": .number(Int(done * 100)),
      "remain_time": .number(Int(max(total - elapsed, .zero).seconds)),
      "step_details": .array(details),
    ]
  }

  private func detail(
    _ step: Step, _ number: Int, _ begin: Duration, _ begun: Timestamp, _ elapsed: Duration
  ) -> OrderedJSON {
    let end = begin + step.lasts
    let (hasBegun, hasEnded) = (elapsed >= begin, elapsed >= end)
    let ended = step.errorCode == nil ? "FINISH" : "FAILED"
    func members(_ kind: String, _ id: String, _ name: String) -> [(String, OrderedJSON?)] {
      [
        ("\(kind)_id", .string(id)), ("\(kind)_name", .string(name)),
        ("\(kind)_status", .string(hasEnded ? ended : hasBegun ? "EXECUTING" : "WAITING")),
        ("begin_time", .optional(hasBegun ? (begun + begin).description : nil)),
        ("end_time", .optional(hasEnded ? (begun + end).description : nil)),
        ("error_code", .optional(hasEnded ? step.errorCode : nil)),
      ]
    }
    let parts = step.parts.enumerated().map { index, name in
      OrderedJSON.object(members("sub_step", "\(number).\(index + 1)", name) + [("detail", .string(""))])
    }
    return .object(members("step", "\(number)", step.name) + [("sub_step_details", .array(parts))])
  }
}
