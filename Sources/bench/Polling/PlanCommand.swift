import ArgumentParser
import Foundation

/// `bench plan FILE`: the schedule for the durations or the law of a file, so that anyone can judge it.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract:
      "Prints the schedule that the planner makes of a file of durations, or of a known law.",
    discussion: """
      The file: {"durations": [61.5, 70, null], "price": 5, "law": null}, all in seconds; null is a job that never \
      ended. With a law, as {"family": "lognormal", "median": 60, "sigma": 0.1}, it is taken as known and the \
      durations are not looked at; "p_inf" beside it is the share of jobs that never end, and "horizon" (86400) the \
      age at which those are given up. Families: lognormal (median, sigma), normal (mean, sd), exponential (mean), \
      uniform (lo, hi), pareto (xm, alpha, truncated_at), mixture (parts, each with w).

      Prints {"ages": [...], "calls": ..., "mean_latency": ...}: the ages at which a job that does not end is polled \
      up to the horizon, and what the planner expects of them.
      """)

  @Argument(help: "The file, or - for standard input.")
  var file: String

  func run() throws {
    let request = try RequestedFile.read(PlanRequest.self, at: file)
    guard request.isSound else {
      throw ValidationError(
        "\(file): prices, horizons and durations are above zero, p_inf from 0 and below 1")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    print(String(decoding: try encoder.encode(request.answer), as: UTF8.self))
  }
}
