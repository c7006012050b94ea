import ArgumentParser
import Foundation

/// Every figure of a run, for people or for programs.
struct Report: Sendable, Encodable {
  var isQuick: Bool
  var figures: [Figure] = []

  private enum CodingKeys: String, CodingKey {
    case isQuick = "quick"
    case figures
  }

  var missed: [Figure] { figures.filter { $0.isMet == false } }

  /// Names each limit that is missed, and makes the program exit with 1.
  func demandLimits() throws {
    for figure in missed { StandardError.tell("limit missed: \(figure.sentence)") }
    if !missed.isEmpty { throw ExitCode(1) }
  }

  var json: String {
    get throws {
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
      return String(decoding: try encoder.encode(self), as: UTF8.self)
    }
  }

  var table: String {
    let head = ["figure", "measured", "limit", "verdict", "made of"]
    let rows =
      [head]
      + figures.map { figure in
        let verdict = figure.isMet.map { $0 ? "met" : "MISSED" } ?? ""
        return [figure.name, figure.measured, figure.bound, verdict, figure.detail]
      }
    return Grid(rows: rows).text
  }
}
