import Foundation
import JobWatchCore
import Testing

@testable import CloudAPI

/// One bad byte in a body must cost that byte and no more, in any text of any service's record.
@Suite struct `A damaged answer` {
  struct Damage: Sendable {
    /// What stands in the string, in place of `@`.
    var bytes: [UInt8]
    /// What it is read as.
    var text: String

    init(_ bytes: [UInt8], _ text: String) { (self.bytes, self.text) = (bytes, text) }
    init(_ json: String, _ text: String) { self.init(Array(json.utf8), text) }
  }

  static let damages: [String: Damage] = [
    "Latin-1": Damage([0xE9, 0x20], "\u{FFFD} "),
    "GBK": Damage([0xC5, 0xE4, 0xB6, 0xEE, 0xB2, 0xBB, 0xD7, 0xE3], "配额不足"),
    "GBK that looks like an escape": Damage([0xD7, 0xE3, 0xD5, 0x5C], "足誠"),
    "UTF-8, cut": Damage(Array("配额不".utf8) + [0xE8, 0xB6], "配额不\u{FFFD}"),
    "half a pair": Damage(#"\ud83d"#, "\u{FFFD}"),
    "the other half": Damage(#"\ude00 "#, "\u{FFFD} "),
    "a pair": Damage(#"\ud83d\ude00"#, "😀"),
    "a pair the wrong way": Damage(#"\ude00\ud83d"#, "\u{FFFD}\u{FFFD}"),
    "a newline": Damage("\n", "\n"), "a tab": Damage("\t", "\t"),
    "an escape": Damage("\u{1B}[2J", "\u{1B}[2J"),
    "NUL": Damage([0], "\u{0}"), "no escape": Damage(#"\x41"#, #"\x41"#),
    "an apostrophe": Damage(#"it\'s"#, "it's"), "half an escape": Damage(#"\u12"#, #"\u12"#),
    "a path": Damage(#"C:\Users"#, #"C:\Users"#),
    "a quotation mark": Damage(#"the "big" one"#, #"the "big" one"#),
    "what is no character": Damage([0xFF, 0xFE, 0xC0, 0x80], "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
  ]

  private func bytes(_ json: String, _ damage: Damage) -> [UInt8] {
    Array(json.utf8).split(separator: UInt8(ascii: "@"), omittingEmptySubsequences: false)
      .map(Array.init).joined(separator: damage.bytes).map { $0 }
  }

  @Test("keeps the reason and all else", arguments: SampleRecord.all)
  func text(_ sample: SampleRecord) throws {
    for (name, damage) in Self.damages {
      let told = "no " + damage.text
      let body = sample.answer(
        sample.record("job1", .failed, code: "X.1", reason: "no @", objects: #"{"a":"no @","type":"t"}"#))
      let report = try #require(sample.report(bytes(body, damage)), "\(name)")
      #expect(report.failReason == told, "\(name)")
      #expect(report.entities["a"] == told, "\(name)")
      #expect(report.jobType == "t" && report.rawStatus == sample.word(.failed), "\(name)")
      if sample.manner == .classic { #expect(report.errorCode == "X.1", "\(name)") }
    }
  }

  @Test("keeps the reason whichever text is damaged", arguments: SampleRecord.all)
  func elsewhere(_ sample: SampleRecord) throws {
    for (name, damage) in Self.damages {
      let objects = #"{"@":"a","b":"@","type":"@","\#(sample.partsName)":[@@]}"#
        .replacing("@@", with: sample.record("p", .failed, type: "@", reason: "part @"))
      let body = sample.answer(
        sample.record("job1", .failed, type: "@", code: "@", reason: "no quota", objects: objects))
      let report = try #require(sample.report(bytes(body, damage)), "\(name)")
      #expect(report.failReason == "no quota" && report.jobType == damage.text, "\(name)")
      #expect(report.subJobs.map(\.failReason) == ["part " + damage.text], "\(name)")
      #expect(report.entities["b"] == damage.text, "\(name)")
    }
  }

  @Test("is read with what stands around its JSON, or within", arguments: SampleRecord.all)
  func around(_ sample: SampleRecord) throws {
    let deep = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    let objects = [
      #"{"a":"b","n":NaN,"i":-Infinity,"u":undefined,"d":\#(deep)}"#, #"{"a":"b",}"#,
      #"{"a":"b",,"c":[1,2,],}"#, #"{"a":"x","a":"b"}"#, #"{"a":"b","a":null}"#,
      #"{"a":"b","t":True,"x":1e999,"o":00012}"#, "{\u{0}\"a\"\t:\r\n\"b\"\u{0}}",
    ]
    for objects in objects {
      let body = sample.answer(sample.record("job1", .failed, reason: "no quota", objects: objects))
      let marks: [[UInt8]] = [[], [0xEF, 0xBB, 0xBF], [0xEF, 0xBB, 0xBF, 0x0A]]
      for (mark, end) in zip(marks, ["", "\n\u{0}\u{0}", "}<!-- 42 ms -->"]) {
        let report = try #require(sample.report(mark + Array((body + end).utf8)), "\(objects.prefix(60))")
        #expect(report.failReason == "no quota" && report.rawStatus == sample.word(.failed))
        #expect(report.entities["a"] == "b" || objects.contains(#""a":"x""#))
      }
    }
  }

  @Test("is read with numbers and truth values for texts", arguments: SampleRecord.all)
  func numbers(_ sample: SampleRecord) throws {
    let values = [
      "7", "-7.50", "123456789012345678901234567890", "1e400", "true", "007", "NaN", "0x1F",
    ]
    for value in values {
      let body = sample.answer(
        sample.record("job1", .failed, code: "@", reason: "@", objects: #"{"a":"@"}"#)
          .replacing("\"@\"", with: value))
      let report = try #require(sample.report(Array(body.utf8)), "\(value)")
      #expect(report.failReason == value && report.entities["a"] == value)
      let id = AnswerClassifier(service: sample.service, jobID: value, now: Timestamp(milliseconds: 0))
      let named = sample.answer(sample.record("@", .running).replacing("\"@\"", with: value))
      guard
        case .seen(.running, _) = id.answer(to: HTTPResponse(status: 200, body: Array(named.utf8)))
          .observation
      else {
        Issue.record("\(sample.service.name) \(value)")
        continue
      }
    }
  }

  @Test("is refused if it is not whole", arguments: SampleRecord.all)
  func broken(_ sample: SampleRecord) {
    let whole = Array(sample.answer(sample.record("job1", .failed, reason: "no quota")).utf8)
    for length in 0..<whole.count {
      #expect(sample.report(Array(whole.prefix(length))) == nil)
    }
  }

  @Test(
    "tells the code and the message of an error",
    arguments: [
      #"{"error_code":"E.1","error_msg":"no @"}"#, #"{"error":{"message":"no @","code":"E.1"}}"#,
      #"{"x@":"@","error":{"code":"E.1","message":"no @"},}"#,
      #"{"errorCode":"E.1","errorMsg":"no @","request_id":NaN} trailing"#,
    ])
  func errors(_ json: String) throws {
    for (name, damage) in Self.damages {
      for mark in [[], [0xEF, 0xBB, 0xBF]] as [[UInt8]] {
        let error = try #require(ErrorBody(mark + bytes(json, damage)), "\(name)")
        #expect(error.code == "E.1" && error.message == "no " + damage.text, "\(name)")
      }
    }
  }

  @Test func `tells the progress of a task`() throws {
    for (name, damage) in Self.damages {
      let json = #"{"progress":45,"step_details":[{"step_name":"no @","step_id":7},],}"#
      let progress = try #require(TaskProgressDecoder.decode(bytes(json, damage)), "\(name)")
      #expect(progress.percent == 45 && progress.steps.map(\.name) == ["no " + damage.text])
    }
  }

  @Test func `is kept as evidence byte by byte`() throws {
    let sample = SampleRecord(service: .ecs)
    let body = bytes(sample.record("job1", .failed, reason: "no @"), Damage([0xE9], ""))
    let answer = AnswerClassifier(service: .ecs, jobID: "job1", now: Timestamp(milliseconds: 0))
      .answer(to: HTTPResponse(status: 200, body: body))
    #expect(answer.evidence?.body == body)
  }

  @Test func `is read in UTF-16, with a mark or without`() throws {
    let json = #"{"job_id":"job1","status":"FAIL","fail_reason":"配额"}"#
    for (isBig, hasMark) in [(true, true), (false, true), (true, false), (false, false)] {
      let units = (hasMark ? [0xFEFF] : []) + Array(json.utf16)
      let body = units.flatMap { unit in
        isBig ? [UInt8(unit >> 8), UInt8(unit & 0xFF)] : [UInt8(unit & 0xFF), UInt8(unit >> 8)]
      }
      #expect(SampleRecord(service: .ecs).report(body)?.failReason == "配额")
    }
  }
}
