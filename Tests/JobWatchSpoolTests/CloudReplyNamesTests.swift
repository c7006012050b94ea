import JobWatchCore
import Testing

@testable import JobWatchSpool

@Suite struct `A name in a reply of the cloud` {
  private static let rules = SpoolRules.sample(accounts: ["prod", "test"], channels: ["oncall"])

  private func decode(_ text: String) -> SpoolFile { SpoolFile(decoding: Array(text.utf8), rules: Self.rules) }

  @Test(
    "that is called like ours is left alone with a note where none of ours is near",
    arguments: [#""service":"MySQL""#, #""account":"123456""#, #""channels":["email"]"#])
  func foreign(_ member: String) {
    let reply = decode("{\"job_id\":\"a1\",\(member),\"request_id\":\"r\"}")
    #expect(reply.submissions == [SpoolSubmission(jobID: "a1")], "\(reply.rejections)")
    #expect(reply.notes.count == 1 && reply.notes[0].text.contains("is left alone"))
    #expect(decode("{\"job_id\":\"a1\",\(member)}").submissions.isEmpty)
  }

  @Test(arguments: [#""service":"My SQL""#, #""account":"1/2""#, #""channels":["a@b"]"#])
  func `that none of ours can have is left alone on standard input, too`(_ member: String) {
    let text = Array("{\"job_id\":\"a1\",\(member),\"request_id\":\"r\"}".utf8)
    var jobs = SpoolFile(decoding: text, rules: nil).submissions
    #expect(jobs.indices.map { jobs[$0].complete(by: Self.rules) { _ in } } == [nil])
    #expect(jobs == [SpoolSubmission(jobID: "a1")] && jobs.first?.problem == nil)
  }

  @Test(
    "that is near one of ours is refused",
    arguments: [#""service":"ecss""#, #""account":"prdo""#, #""channels":["oncal"]"#])
  func near(_ member: String) {
    let reply = decode("{\"job_id\":\"a1\",\(member),\"request_id\":\"r\"}")
    #expect(reply.rejections.first?.text.contains("did you mean") == true)
  }

  @Test func `that is ours counts`() {
    let file = decode(#"{"job_id":"a1","service":"evs","account":"test","channels":["oncall"],"request_id":"r"}"#)
    #expect(file.submissions.map { Self.rules.key(of: $0).description } == ["test/evs/a1"])
    #expect(file.submissions.map(\.channels) == [["oncall"]] && file.notes.isEmpty)
  }

  @Test(
    "needs no other key beside it to be the cloud's",
    arguments: [#""task_id":"t""#, #""job_type":"""#, #""instance_ids":["i1"]"#])
  func alone(_ member: String) {
    let file = decode("{\"job_id\":\"a1\",\(member)}")
    #expect(file.submissions.map(\.jobID) == ["a1"], "\(file.rejections)")
    #expect(file.submissions.map(\.taskID) == [nil] && file.submissions.map(\.jobType) == [nil])
  }

  @Test(
    "that may be ours misspelt is left alone with a note",
    arguments: [(#""chanel":["oncall"]"#, "channels"), (#""label":{"run":"42"}"#, "labels")])
  func misspelt(_ member: String, _ own: String) {
    let file = decode("{\"job_id\":\"a1\",\(member),\"request_id\":\"r\"}")
    #expect(file.submissions.map(\.jobID) == ["a1"])
    #expect(file.notes.map(\.text).contains { $0.hasSuffix("did you mean \"\(own)\"?") })
  }

  @Test(
    "of its services' objects speaks for the service",
    arguments: [
      (#""protected_instance":{"id":"p"}"#, "sdrs"), (#""publicip":{"id":"e"}"#, "eip"),
    ])
  func clues(_ member: String, _ service: String) {
    let file = decode("{\"job_id\":\"a1\",\(member)}")
    #expect(file.notes.contains { $0.text.contains("--service \(service)") }, "\(file.notes)")
  }

  @Test func `of a list that holds no records is told with what the list must hold`() {
    let reasons = decode(#"{"data":["x"]}"#).rejections.map(\.text)
    #expect(reasons.first?.contains("data must be a list of objects, each with a job_id") == true)
  }
}
