import JobWatchCore
import Testing

@testable import CloudAPI

/// Bodies have the shape of ShowBackgroundTaskProgress, see `TaskProgressDecoder`.
@Suite struct `A task's progress` {
  private func decode(_ body: String) -> TaskProgress? { TaskProgressDecoder.decode(Array(body.utf8)) }

  private let first = Timestamp(milliseconds: 1_592_379_522_503)

  @Test func `is decoded with its steps and their parts`() throws {
    let progress = try #require(
      decode(
        """
        {"progress": 45, "remain_time": 120, "new": {"a": 1}, "step_details": [
          {"step_id": "1", "step_name": "Preparing", "step_status": "FINISH",
           "begin_time": "2020-06-17T07:38:42.503Z", "end_time": "2020-06-17T07:38:43.503Z",
           "error_code": null, "sub_step_details": []},
          {"step_id": "2", "step_name": "Restoring", "step_status": "FAILED",
           "begin_time": "2020-06-17T07:38:43.503Z", "end_time": null, "error_code": "DCS.5000",
           "sub_step_details": [{"sub_step_id": "2.1", "sub_step_name": "Loading",
             "sub_step_status": "EXECUTING", "begin_time": "", "end_time": "soon",
             "detail": "shard 3", "error_code": ""}]}]}
        """))
    let time = { (raw: String, instant: Timestamp?) in CloudTime(raw: raw, instant: instant) }
    let expected = TaskProgress(
      percent: 45, remaining: 120,
      steps: [
        .init(
          id: "1", name: "Preparing", status: "FINISH", begin: time("2020-06-17T07:38:42.503Z", first),
          end: time("2020-06-17T07:38:43.503Z", first + .seconds(1))),
        .init(
          id: "2", name: "Restoring", status: "FAILED",
          begin: time("2020-06-17T07:38:43.503Z", first + .seconds(1)), errorCode: "DCS.5000",
          parts: [
            .init(
              id: "2.1", name: "Loading", status: "EXECUTING", end: time("soon", nil),
              detail: "shard 3")
          ]),
      ])
    #expect(progress == expected)
  }

  @Test(
    "is taken as far as it can be read",
    arguments: [
      (#"{"progress": "60%"}"#, 60, nil, 0), (#"{"progress": "60"}"#, 60, nil, 0),
      (#"{"progress": 101, "step_details": []}"#, nil, nil, 0),
      (#"{"progress": "NaN", "step_details": []}"#, nil, nil, 0),
      (#"{"progress": 1e999, "step_details": []}"#, nil, nil, 0),
      (#"{"progress": 0, "remain_time": -5}"#, 0, nil, 0),
      (#"{"progress": 0, "remain_time": "1e300"}"#, 0, nil, 0),
      (#"{"progress": 99.5, "remain_time": "7", "step_details": "none"}"#, 99.5, 7, 0),
      (#"{"step_details": [1, null, "x", [], {}, {"step_status": 3}]}"#, nil, nil, 2),
    ] as [(String, Double?, Int?, Int)])
  func lenient(_ body: String, _ percent: Double?, _ remaining: Int?, _ steps: Int) throws {
    // A number beyond all numbers may cost the whole answer.
    guard let progress = decode(body) else { return #expect(body.contains("1e999")) }
    #expect(progress.percent == percent)
    #expect(progress.remaining == remaining)
    #expect(progress.steps.count == steps)
  }

  @Test(
    "is not seen in anything else",
    arguments: [
      "", "null", "[]", "{}", "\u{0}", #"{"progress": null}"#, #"{"progress": {}}"#,
      #"{"error_code": "DCS.3022", "error_msg": "no"}"#, #"{"progress": 45"#, #"{"job_id": "a1", "status": "RUNNING"}"#,
    ])
  func foreign(_ body: String) {
    #expect(decode(body) == nil)
  }

  @Test func `has limits`() throws {
    let text = String(repeating: "x", count: 100_000)
    let part = #"{"sub_step_name": "\#(text)"}"#
    let step = #"{"step_name": "a", "sub_step_details": [\#(part)]}"#
    let empty = Array(repeating: "{}", count: 5000).joined(separator: ",")
    let long = try #require(decode(#"{"step_details": [\#(step), \#(empty)]}"#))
    #expect(long.steps.count == TaskProgressDecoder.stepLimit)
    #expect(try #require(long.steps.first?.parts.first?.name).utf8.count <= 4096)
    #expect(decode(String(repeating: #"{"step_details":["#, count: 50_000)) == nil)
    // Parts of parts are no steps of a task.
    let nested = #"{"sub_step_id": "1", "sub_step_details": [{"sub_step_id": "2"}]}"#
    #expect(decode(#"{"step_details": [\#(nested)]}"#)?.steps.first?.parts.isEmpty == true)
  }
}
