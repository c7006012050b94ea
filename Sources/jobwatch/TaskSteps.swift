import JobWatchCore

/// The steps of a job's task as a table for people, each followed by its parts.
struct TaskSteps {
  static let fit = TableFit(
    shortening: [("DETAIL", 16), ("STEP", 16)], dropping: ["BEGAN", "DETAIL"])

  private let steps: [TaskProgress.Step]

  init(_ progress: TaskProgress?) { steps = progress?.steps ?? [] }

  var rows: [[String]] {
    [["STEP", "STATUS", "BEGAN", "TOOK", "ERROR", "DETAIL"]]
      + steps.flatMap { step in [row(step, "")] + step.parts.map { row($0, "  ") } }
  }

  private func row(_ step: TaskProgress.Step, _ indent: String) -> [String] {
    let took = step.begin?.instant.flatMap { begin in
      step.end?.instant.map { max($0 - begin, .zero).terse }
    }
    let began = step.begin.map { $0.instant?.description ?? $0.raw }
    return [
      indent + (step.name ?? step.id ?? ""), step.status, began ?? "", took ?? "",
      step.errorCode ?? "", step.detail ?? "",
    ]
  }
}
