import ArgumentParser
import Foundation
import JobWatchCore
import PollPlanning

/// `bench plan FILE`: the schedule for the durations or the distribution of a file, for anyone to judge.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract:
      "Prints the schedule that the planner makes for a file of durations, or for a known distribution.",
    discussion: """
      The file: {"durations": [61.5, 70, null], "price": 5, "law": null}, all in seconds; null is a job that never \
      ended. "law" is a known distribution, as {"family": "lognormal", "median": 60, "sigma": 0.1}, which takes the \
      place of the durations; "p_inf" is the share of jobs that never end then, and "horizon" (86400) the age at which \
      a job that has not ended is given up. Families: lognormal (median, sigma), normal (mean, sd), exponential (mean), \
      uniform (lo, hi), pareto (xm, alpha, truncated_at), mixture (parts, each with w).

      Prints {"ages": [...], "calls": ..., "mean_latency": ...}: the ages at which a job that does not end is polled \
      up to the horizon, and what the planner expects of them.
      """)

  @Argument(help: "The file, or - for standard input.")
  var file: String

  func run() throws {
    let request = try Request(file: file)
    guard request.isSound else {
      throw ValidationError("\(file): prices, horizons and durations are above zero, p_inf from 0 and below 1")
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    print(String(decoding: try encoder.encode(request.answer), as: UTF8.self))
  }

  private struct Request: Decodable {
    var durations: [Double?]?
    var price: Double
    var law: KnownDistribution?
    var p_inf: Double?
    var horizon: Double?

    var isSound: Bool {
      price > 0 && (horizon ?? 1) > 0 && (0..<1).contains(p_inf ?? 0) && (durations ?? []).allSatisfy { ($0 ?? 1) >= 0 }
    }

    var answer: Answer {
      let horizon = horizon ?? 86_400
      let plan = PollPlan(distribution: planned(to: horizon), price: price, horizon: horizon)
      return Answer(ages: plan.schedule(until: horizon), calls: plan.calls, meanLatency: plan.meanLatency)
    }

    private func planned(to horizon: Double) -> DurationDistribution {
      guard let law else {
        return DurationModel(durations ?? [], horizon: horizon).distribution()
      }
      return DistributionGrid(law, hungShare: p_inf ?? 0, horizon: horizon).distribution
    }
  }

  private struct Answer: Encodable {
    var ages: [Double]
    var calls: Double
    var meanLatency: Double
  }
}

extension Decodable {
  /// Reads a JSON file that a command is asked to work on.
  ///
  /// - Parameter path: `-` is standard input.
  /// - Throws: what the user must mend, with exit code 64.
  init(file path: String) throws {
    do {
      let data =
        path == "-" ? FileHandle.standardInput.readDataToEndOfFile() : try Data(contentsOf: URL(fileURLWithPath: path))
      self = try JSONDecoder().decode(Self.self, from: data)
    } catch let error as DecodingError {
      throw ValidationError("\(path) is not of the form that --help shows: \(error)")
    } catch {
      throw ValidationError("\(path) cannot be read: \(error.localizedDescription)")
    }
  }
}
