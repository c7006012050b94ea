import Foundation
import Testing

@testable import bench

@Suite struct `A figure of the benchmark` {
  @Test(
    "misses its limit where nothing was measured",
    arguments: [[Double]().mean, [Double]().median, .infinity, 1 / [Double]().mean])
  func nothing(_ value: Double) {
    for figure in [Figure("f", value, "s", atMost: 1), Figure("f", value, "s", atLeast: 0)] {
      #expect(!figure.met && figure.measured == "nothing")
    }
  }

  @Test("meets a limit that it reaches", arguments: [(1.0, true), (1.1, false)])
  func limit(_ value: Double, _ isMet: Bool) {
    #expect(Figure("f", value, atMost: 1).met == isMet)
    #expect(Figure("f", -value, atLeast: -1).met == isMet)
  }

  @Test("is valid JSON, whatever was measured", arguments: [0.5, .infinity, .nan])
  func json(_ value: Double) throws {
    let report = Report(quick: true, figures: [Figure("f", value, "s", atMost: 1)])
    let object = try JSONSerialization.jsonObject(with: Data(report.json.utf8)) as? [String: Any]
    let figure = try #require((object?["figures"] as? [[String: Any]])?.first)
    #expect(figure["value"] as? Double == (value.isFinite ? value : nil))
    #expect(figure["met"] as? Bool == value.isFinite && figure["at_most"] as? Double == 1)
  }
}
