import Foundation
import Testing

/// Inputs that a fuzzer found to reach every part of what reads strangers' bytes (Tests/Fuzz), and those
/// that broke something once.
struct FuzzCorpusTests {
  @Test(arguments: FuzzTarget.allCases)
  func `what the fuzzer kept breaks nothing`(target: FuzzTarget) throws {
    let corpus = try #require(Bundle.module.resourceURL)
      .appendingPathComponent("Vectors/Corpus/\(target)")
    let names = try FileManager.default.contentsOfDirectory(atPath: corpus.path)
    #expect(names.count >= 5)
    for name in names {
      let input = try Data(contentsOf: corpus.appendingPathComponent(name))
      #expect(throws: Never.self, "\(target)/\(name)") { try target.run(Array(input)) }
    }
  }

  /// The largest answer that is read at all, in the forms that cost the most.
  @Test(arguments: [
    #"{"a":{"#, #"{"entities":{"sub_jobs":["#, "[", #"{"x":[{"code":1},"#, #""\u00e9"#, #"{"a":0,"#,
    "limit:", "x-auth-token:", "signature=", "\u{301}", "<",
  ])
  func `no answer takes long`(part: String) throws {
    let size = 4 << 20
    let head = Array("ecs 400\n\n".utf8)
    for start in ["", #"{"error_code":"APIGW.0308","error_msg":""#] {
      let body = Array(
        (start + String(repeating: part, count: (size - start.utf8.count) / part.utf8.count)).utf8)
      let input = head + body
      let clock = ContinuousClock()
      let spent = try clock.measure { try FuzzTarget.answers.run(input) }
      print("\(part) \(spent)")
      #expect(spent < .seconds(10))
    }
  }
}
