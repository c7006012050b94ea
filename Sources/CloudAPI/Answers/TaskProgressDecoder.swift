import JobWatchCore

/// Makes a `TaskProgress` of the body of an answer
/// (https://support.huaweicloud.com/intl/en-us/api-dcs/ShowBackgroundTaskProgress.html):
///
/// ```
/// {"progress", "remain_time", "step_details": [
///   {"step_id", "step_name", "step_status", "begin_time", "end_time", "error_code", "sub_step_details": [
///     {"sub_step_id", "sub_step_name", "sub_step_status", …, "detail", "error_code"}]}]}
/// ```
enum TaskProgressDecoder {
  /// Steps, and parts of a step, that are kept: a task of more is shown in part.
  static let stepLimit = 100

  /// Nil if `body` says nothing about progress. A member that is missing, null or of another type counts as nothing.
  static func decode(_ body: [UInt8]) -> TaskProgress? {
    guard let reply = JSONObject(body) else { return nil }
    let percent = number(reply.text("progress")).flatMap { (0...100).contains($0) ? $0 : nil }
    let steps = reply["step_details"]?.unwrapped?.list.map { self.steps($0) }
    guard percent != nil || steps != nil else { return nil }
    // A hundred years: what is beyond is no estimate.
    let remaining = number(reply.text("remain_time")).flatMap {
      (0...3_153_600_000).contains($0) ? Int($0) : nil
    }
    return TaskProgress(percent: percent, remaining: remaining, steps: steps ?? [])
  }

  /// With or without a percent sign, because RDS and its siblings write `60%`.
  private static func number(_ text: String?) -> Double? {
    text.flatMap { Double($0.hasSuffix("%") ? $0.dropLast() : $0[...]) }
  }

  private static func steps(_ list: [JSONValue]) -> [TaskProgress.Step] {
    Array(list.lazy.compactMap(\.object).map { step($0) }.prefix(stepLimit))
  }

  private static func step(_ fields: JSONObject) -> TaskProgress.Step {
    let isPart = fields["sub_step_name"] != nil || fields["sub_step_id"] != nil
    let prefix = isPart ? "sub_step" : "step"
    // Parts of parts are no steps of a task.
    let parts = isPart ? nil : fields["sub_step_details"]?.unwrapped?.list
    return TaskProgress.Step(
      id: fields.text("\(prefix)_id"), name: fields.text("\(prefix)_name"),
      status: fields.text("\(prefix)_status") ?? "", begin: CloudTimeParser.parse(fields.text("begin_time")),
      end: CloudTimeParser.parse(fields.text("end_time")),
      errorCode: fields.text("error_code"), detail: fields.text("detail"),
      parts: parts.map { steps($0) } ?? [])
  }
}
