import ArgumentParser
import Foundation
import JobWatchCore
import PollPlanning

/// `bench plan FILE`: the schedule for the durations or the law of a file, for anyone to judge.
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
    let request = try RequestedFile.read(Request.self, at: file)
    guard request.isSound else {
      throw ValidationError(
        "\(file): prices, horizons and durations are above zero, p_inf from 0 and below 1")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    print(String(decoding: try encoder.encode(request.answer), as: UTF8.self))
  }

  private struct Request: Decodable {
    var durations: [Double?]?
    var price: Double
    var law: TrueLaw?
    var p_inf: Double?
    var horizon: Double?

    var isSound: Bool {
      price > 0 && (horizon ?? 1) > 0 && (0..<1).contains(p_inf ?? 0)
        && (durations ?? []).allSatisfy { ($0 ?? 1) >= 0 }
    }

    var answer: Answer {
      var detail = PollPlan.Detail()
      detail.horizon = horizon ?? detail.horizon
      let plan = PollPlan(distribution: planned(to: detail.horizon), price: price, detail: detail)
      return Answer(
        ages: plan.schedule(until: detail.horizon), calls: plan.calls,
        meanLatency: plan.meanLatency)
    }

    private func planned(to horizon: Double) -> DurationDistribution {
      if let law { return ExactLaw(law, hungShare: p_inf ?? 0, horizon: horizon).law }
      var model = DurationModel()
      for duration in durations ?? [] { model.learn(duration, horizon: horizon) }
      return model.distribution()
    }
  }

  private struct Answer: Encodable {
    var ages: [Double]
    var calls: Double
    var meanLatency: Double
  }
}

/// A JSON file that a command is asked to work on.
enum RequestedFile {
  /// - Parameter path: `-` is standard input.
  /// - Throws: what the user must mend, with exit code 64.
  static func read<Content: Decodable>(_ type: Content.Type, at path: String) throws -> Content {
    do {
      let data =
        path == "-"
        ? FileHandle.standardInput.readDataToEndOfFile()
        : try Data(contentsOf: URL(fileURLWithPath: path))
      return try JSONDecoder().decode(type, from: data)
    } catch let error as DecodingError {
      throw ValidationError("\(path) is not of the form that --help shows: \(error)")
    } catch {
      throw ValidationError("\(path) cannot be read: \(error.localizedDescription)")
    }
  }
}
