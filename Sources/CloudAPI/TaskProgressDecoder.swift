import Foundation
import JobWatchCore

/// Makes a `TaskProgress` of the body of an answer (cloud-api, section 2, "progress"):
///
/// ```
/// {"progress", "remain_time", "step_details": [
///   {"step_id", "step_name", "step_status", "begin_time", "end_time", "error_code", "sub_step_details": [
///     {"sub_step_id", "sub_step_name", "sub_step_status", …, "detail", "error_code"}]}]}
/// ```
/// As with a job's record, a member that is missing, null or of another type is nothing.
package enum TaskProgressDecoder {
  private static let decoder = JSONDecoder()

  /// Steps, and parts of a step, that are kept: a task of more is shown in part.
  package static let stepLimit = 100

  /// Nil if `body` says nothing of a progress.
  package static func decode(_ body: [UInt8]) -> TaskProgress? {
    // Nothing in the error is of use: it is no progress.
    (try? decoder.decode(Reply.self, from: Data(body)))?.progress
  }

  private struct Reply: Decodable {
    var progress: TaskProgress?

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: FieldKey.self)
      let percent = Self.number(fields.text("progress")).flatMap {
        (0...100).contains($0) ? $0 : nil
      }
      let steps = try? fields.decodeIfPresent(Steps.self, forKey: "step_details")
      guard percent != nil || steps != nil else { return }
      // A hundred years: what is beyond is no estimate.
      let remaining = Self.number(fields.text("remain_time")).flatMap {
        (0...3_153_600_000).contains($0) ? Int($0) : nil
      }
      progress = TaskProgress(
        percent: percent, remaining: remaining, steps: steps?.steps ?? [])
    }

    /// Sibling services write `60%` (cloud-api, section 1, "RDS family").
    private static func number(_ text: String?) -> Double? {
      text.flatMap { Double($0.hasSuffix("%") ? $0.dropLast() : $0[...]) }
    }
  }

  /// A list whose elements are taken as far as they are steps.
  private struct Steps: Decodable {
    var steps: [TaskProgress.Step] = []

    init(from decoder: any Decoder) throws {
      var list = try decoder.unkeyedContainer()
      while !list.isAtEnd, steps.count < stepLimit {
        // Decoding an `Element` moves on, whatever stands there.
        if let step = try list.decode(Element.self).step { steps.append(step) }
      }
    }
  }

  private struct Element: Decodable {
    var step: TaskProgress.Step?

    init(from decoder: any Decoder) throws {
      guard let fields = try? decoder.container(keyedBy: FieldKey.self) else { return }
      let isPart = fields.contains("sub_step_name") || fields.contains("sub_step_id")
      let prefix = isPart ? "sub_step" : "step"
      let key: (String) -> FieldKey = { FieldKey(stringValue: "\(prefix)_\($0)") }
      let parts = isPart ? nil : try? fields.decodeIfPresent(Steps.self, forKey: "sub_step_details")
      step = TaskProgress.Step(
        id: fields.text(key("id")), name: fields.text(key("name")),
        status: fields.text(key("status")) ?? "",
        begin: CloudTimeParser.parse(fields.text("begin_time")),
        end: CloudTimeParser.parse(fields.text("end_time")),
        errorCode: fields.text("error_code"), detail: fields.text("detail"),
        parts: parts?.steps ?? [])
    }
  }
}
