import JobWatchCore
import Testing

@testable import JobWatchSpool

@Suite struct `A key of a submission` {
  private func decode(_ text: String) -> SpoolFile { SpoolFile(decoding: Array(text.utf8), rules: nil) }

  @Test(
    "that is misspelt is refused wherever it stands",
    arguments: [
      ("lables", "labels"), ("lable", "labels"), ("labesl", "labels"), ("chanels", "channels"),
      ("acount", "account"), ("accuont", "account"), ("servise", "service"), ("sevice", "service"),
      ("job_tpye", "job_type"), ("begin_tiem", "begin_time"), ("submited_at", "submitted_at"),
      ("instnace_id", "instance_id"), ("taks_id", "task_id"), ("expect_witin", "expect_within"),
    ])
  func misspelt(_ key: String, _ own: String) {
    for beside in ["", #","order_id":"x","status":{"phase":"y"}"#] {
      let file = decode("{\"job_id\":\"a1\",\"\(key)\":{\"run\":\"42\"}\(beside)}")
      let wanted = key == "lable" && !beside.isEmpty
      #expect(file.submissions.isEmpty != wanted)
      if !wanted {
        #expect(
          file.rejections.map(\.text) == ["unknown key \"\(key)\"; did you mean \"\(own)\"?"])
      }
    }
  }

  @Test(
    "that only resembles one is the cloud's in its reply",
    arguments: [
      "server", "servers", "services", "service_id", "service_name", "channel", "channel_id",
      "label",
      "status", "job_name", "job_time", "jobType", "beginTime", "accounts", "account_id", "task",
      "tasks",
      "task_ids", "disk_id", "instance", "instances", "instance_name", "instance_ip", "instanceId",
      "submitted_by", "begin_date", "end_time", "region", "amount", "device", "sub_type",
    ])
  func resembling(_ key: String) {
    for value in ["\"x\"", "7", "null", "[1]", #"{"a":1}"#] {
      let file = decode("{\"job_id\":\"a1\",\"\(key)\":\(value),\"order_id\":\"x\"}")
      #expect(file.submissions.map(\.jobID) == ["a1"], "\(file.rejections)")
    }
  }

  @Test(
    "in another form is refused in an entry that has nothing of a reply",
    arguments: [
      ("label", "labels"), ("channel", "channels"), ("services", "service"),
      ("jobType", "job_type"),
      ("expected_within", "expect_within"), ("begintime", "begin_time"), ("Labels", "labels"),
    ])
  func otherForm(_ key: String, _ own: String) {
    let file = decode("{\"job_id\":\"a1\",\"\(key)\":\"x\"}")
    #expect(file.rejections.map(\.text) == ["unknown key \"\(key)\"; did you mean \"\(own)\"?"])
    #expect(decode("{\"jobId\":\"a1\",\"\(key)\":\"x\"}").submissions.count == 1)
  }

  @Test(
    "that is called like ours and has another form is left alone in a reply, and refused in ours",
    arguments: [
      (#""labels":["x"]"#, true), (#""labels":{"a/b":"c"}"#, true), (#""labels":{"x":null}"#, true),
      (#""channels":7"#, true), (#""channels":[1]"#, true), (#""begin_time":"""#, false),
      (#""begin_time":"soon""#, false), (#""job_type":"a\nb""#, false),
      (#""expect_within":600"#, false),
      (#""expect_within":"soon""#, true), (#""account":7"#, false), (#""service":7"#, false),
    ])
  func otherShape(_ member: String, _ isNoted: Bool) {
    let reply = decode("{\"job_id\":\"a1\",\(member),\"status\":\"SUCCESS\"}")
    #expect(reply.submissions == [SpoolSubmission(jobID: "a1")])
    #expect(!reply.notes.isEmpty == isNoted, "\(reply.notes)")
    let ours = decode("{\"job_id\":\"a1\",\(member)}")
    #expect(ours.submissions.isEmpty && ours.rejections.count == 1)
  }

  @Test func `that holds an object where ours never does makes the entry a reply`() {
    let file = decode(#"{"job_id":"a1","service":{"id":1},"account":["x"],"begin_time":{}}"#)
    #expect(file.submissions.map(\.jobID) == ["a1"], "\(file.rejections)")
  }

  @Test func `of ours counts in a reply, too`() {
    let text = #"""
      {"job_id":"a1","order_id":"x","service":"evs","account":"prod","labels":{"run":42},
       "channels":["oncall"],"job_type":"createVolume","begin_time":"2026-11-21T21:38:21.123Z",
       "expect_within":"10m"}
      """#
    var expected = SpoolSubmission(
      jobID: "a1", service: "evs", account: "prod", labels: ["run": "42"], channels: ["oncall"],
      jobType: "createVolume", beginTime: Timestamp(iso8601: "2026-11-21T21:38:21.123Z"), expectWithin: .minutes(10))
    expected.hasCloudNames = true
    #expect(decode(text).submissions == [expected])
  }

  @Test func `of an instance is taken from a reply of a service that has tasks, and else left`() {
    let text = #"{"job_id":"a1","instance_id":"i1","task_id":"t1","created":1}"#
    for (service, instance) in [("dcs", "i1"), ("rds", nil), (nil, nil)] {
      var submission = decode(text).submissions.first
      submission?.service = service
      submission?.adoptReply()
      #expect(submission?.instanceID == instance)
      #expect(submission?.taskID == instance.map { _ in "t1" })
      #expect(submission?.problem == nil)
    }
  }
}
