import Foundation
import Testing

@testable import CloudAPI

/// Inputs that a fuzzer found to reach every part of what reads strangers' bytes, and those that broke something once.
struct CorpusTests {
  @Test(arguments: FuzzTarget.all)
  func `what the fuzzer kept breaks nothing`(target: FuzzTarget) async throws {
    let corpus = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Corpus/\(target)")
    let names = try FileManager.default.contentsOfDirectory(atPath: corpus.path)
    #expect(names.count >= 5)
    for name in names {
      let input = try Data(contentsOf: corpus.appendingPathComponent(name))
      await #expect(throws: Never.self, "\(target)/\(name)") {
        try await Self.aside { try target.run(Array(input)) }
      }
    }
  }

  /// On a thread of its own: work of seconds would keep the few threads that all tests share from the others.
  private static func aside<Value: Sendable>(_ work: @escaping @Sendable () throws -> Value) async throws -> Value {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { continuation.resume(with: Result { try work() }) }
    }
  }

  /// The processor's time that this thread has used: how long it waits for a processor is the other tests' doing.
  private static func used() -> Duration {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
  }

  /// Made of `open`, as many `part`s as the largest answer has room for, and `close`.
  struct Large: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var open: String
    var part: String
    var close: String

    init(_ name: String, _ open: String, _ part: String, _ close: String) {
      (testDescription, self.open, self.part, self.close) = (name, open, part, close)
    }

    var bytes: [UInt8] {
      let room = CloudClient.bodyLimit - open.utf8.count - close.utf8.count
      let part = Array(part.utf8)
      var bytes = Array(open.utf8)
      bytes.reserveCapacity(CloudClient.bodyLimit)
      for _ in 0..<(room / part.count) { bytes += part }
      return bytes + Array(close.utf8)
    }
  }

  /// All are whole JSON, except the page. The bound is for the slow build of the tests; as shipped none takes half a
  /// second.
  @Test(
    .serialized,
    arguments: [
      Large("numbers", #"{"a":[0"#, ",0", "]}"),
      Large("parts", #"{"job_id":"job1","status":"RUNNING","entities":{"sub_jobs":[{}"#, ",{}", "]}}"),
      Large("members", #"{"a":{"b":{"#, #""c":{"code":1},"#, #""d":0}}}"#),
      Large("a text", #"{"error_code":"APIGW.0308","error_msg":""#, "limit:", #""}"#),
      Large("secrets", #"{"error_code":"X","error_msg":""#, "x-auth-token: a ", #""}"#),
      Large("escapes", #"{"error_code":"X","error_msg":""#, "\\u0041", #""}"#),
      Large("one character", #"{"error_code":"X","error_msg":"a"#, "\u{301}", #""}"#),
      Large("a page", "<html>", "sk-hush", "</html>"),
    ])
  func `no answer of the largest size takes long`(large: Large) async throws {
    let answers = try #require(FuzzTarget.all.first { $0.name == "answers" })
    for start in ["ecs 200", "ecs 400", "rds 502"] {
      let spent = try await Self.aside {
        let input = Array("\(start)\n\n".utf8) + large.bytes
        let began = Self.used()
        try answers.run(input)
        return Self.used() - began
      }
      #expect(spent < .seconds(20), "\(start)")
    }
  }

  /// As the gateway's objects within objects would be, a hundred in each.
  @Test func `an error is not looked for in a million objects`() async throws {
    func object(_ members: Int, of inner: String) -> String {
      "{" + (0..<members).map { "\"m\($0)\":\(inner)" }.joined(separator: ",") + "}"
    }
    let error = #"{"code":"E.1","message":"m"}"#
    var body = object(100, of: object(100, of: object(16, of: "{}")))
    #expect(body.utf8.count < CloudClient.bodyLimit)
    // Where only the whole search would find it.
    body = body.dropLast(5) + error + "}}}"
    let deep = body
    #expect(try await Self.aside { ErrorBody(Array(deep.utf8)) } == nil)
    let shallow = object(100, of: error)
    #expect(ErrorBody(Array(shallow.utf8))?.code == "E.1")
  }

  @Test func `a record's parts are counted up to ten thousand`() async throws {
    let parts = [String](repeating: #"{"status":"FAIL"}"#, count: 10_001).joined(separator: ",")
    let body = #"{"job_id":"x","entities":{"sub_jobs":[\#(parts)]}}"#
    let count = try await Self.aside {
      JobRecordDecoder.decode(Array(body.utf8), service: .ecs)?.record?.report.subJobs.count
    }
    #expect(count == 10_000)
  }
}
