import Foundation
import JobWatchCore
import Testing

@testable import CloudAPI

/// Parts in every shape, of every service: a list is documented of some, and what is documented of one is taken from
/// all.
@Suite struct `The parts of a job` {
  /// How parts stand in the member for a record's objects.
  enum Shape: String, CaseIterable, Sendable {
    case list, alone, named, text, listOfObjects, listOfParts, textOfObjects

    /// The value of the member for the objects of a job that is made of `parts`.
    func objects(_ parts: [String], _ name: String) -> String {
      let list = "[\(parts.joined(separator: ","))]"
      switch self {
      case .list: return #"{"server_id":"s1","\#(name)":\#(list)}"#
      case .alone: return #"{"server_id":"s1","\#(name)":\#(parts.count == 1 ? parts[0] : list)}"#
      case .named:
        let members = parts.enumerated().map { #""p\#($0)":\#($1)"# }.joined(separator: ",")
        return #"{"server_id":"s1","\#(name)":{\#(members)}}"#
      case .text: return #"{"server_id":"s1","\#(name)":\#(Self.quoted(list))}"#
      case .listOfObjects:
        let objects = parts.map { #"{"\#(name)":[\#($0)]}"# } + [#"{"server_id":"s1"}"#]
        return "[\(objects.joined(separator: ","))]"
      case .listOfParts: return "[\((parts + [#"{"server_id":"s1"}"#]).joined(separator: ","))]"
      case .textOfObjects: return Self.quoted(Self.list.objects(parts, name))
      }
    }

    private static func quoted(_ json: String) -> String {
      "\"\(json.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
    }
  }

  /// A job of two parts, the second of which is made of two, and so on `depth` times; at the level `failing` the first
  /// one failed.
  private func tree(_ sample: SampleRecord, _ shape: Shape, depth: Int, failing: Int, level: Int = 1) -> String {
    let isBad = level == failing
    let first = sample.record("bad\(level)", isBad ? .failed : .succeeded, reason: isBad ? "no quota" : nil)
    let rest = depth > level ? tree(sample, shape, depth: depth, failing: failing, level: level + 1) : "{}"
    let second = sample.record("p\(level)", .succeeded, objects: rest)
    return shape.objects([first, second], sample.partsName)
  }

  @Test("are found at every depth, in every shape", arguments: SampleRecord.all, Shape.allCases)
  func depth(_ sample: SampleRecord, _ shape: Shape) throws {
    for depth in 1...4 {
      for failing in 1...depth {
        let objects = tree(sample, shape, depth: depth, failing: failing)
        let body = sample.answer(sample.record("job1", .succeeded, objects: objects))
        let report = try #require(sample.report(Array(body.utf8)), "\(body)")
        let count = SubJobCount(report.subJobs)
        #expect(count.failures.map(\.jobID) == ["bad\(failing)"], "\(body)")
        #expect(count.failures.first?.failReason == "no quota", "\(body)")
        #expect(count.total == depth + 1 && count.succeeded == depth, "\(body)")
        #expect(report.subJobs.count == 2 * depth)
        #expect(report.subJobs.map { $0.depth ?? 0 }.max() == depth - 1)
        #expect(report.entities["server_id"] == "s1", "\(body)")
        #expect(report.entities[sample.partsName] == nil && report.entities["sub_jobs_total"] == nil)
      }
    }
  }

  @Test("are found where they stand in the record itself", arguments: SampleRecord.all)
  func direct(_ sample: SampleRecord) throws {
    let part = sample.record("p", .failed, reason: "no quota")
    let record = #"{"sub_jobs":[\#(part)],"# + sample.record("job1", .succeeded).dropFirst()
    let report = try #require(sample.report(Array(sample.answer(record).utf8)))
    #expect(report.subJobs.map(\.failReason) == ["no quota"])
  }

  @Test("are found in lists of lists and in objects within objects", arguments: SampleRecord.all)
  func nested(_ sample: SampleRecord) throws {
    let parts = #"{"\#(sample.partsName)":[\#(sample.record("p", .failed, reason: "no quota"))]}"#
    for objects in [
      "[[\(parts)]]", #"{"detail":\#(parts)}"#, #"{"detail":[\#(parts)]}"#,
      #"{"a":{"b":\#(parts)}}"#,
    ] {
      let body = sample.answer(sample.record("job1", .succeeded, objects: objects))
      let report = try #require(sample.report(Array(body.utf8)), "\(body)")
      #expect(report.subJobs.map(\.failReason) == ["no quota"], "\(body)")
    }
  }

  @Test func `and the job itself stand in a list with others`() throws {
    let sample = SampleRecord(service: .geminidb)
    let records = sample.record("other", .failed) + "," + sample.record("job1", .succeeded)
    #expect(sample.report(Array(sample.answer(records).utf8))?.rawStatus == "Completed")
  }

  @Test("that are no parts are none, and hide none", arguments: SampleRecord.all)
  func foreign(_ sample: SampleRecord) throws {
    for value in [
      "null", "{}", "[]", "\"\"", "\"none\"", "7", "true", "[null,1,\"x\",[[]]]", "\"[\"",
    ] {
      let body = sample.answer(
        sample.record("job1", .succeeded, objects: #"{"\#(sample.partsName)":\#(value),"a":"b"}"#))
      let report = try #require(sample.report(Array(body.utf8)), "\(body)")
      #expect(report.subJobs.isEmpty && report.entities == ["a": "b"].merging(instance(sample)) { $1 })
    }
    for value in ["null", "[]", "7", "\"text\"", "[null,[],7]"] {
      let body = sample.answer(sample.record("job1", .failed, reason: "why", objects: value))
      let report = try #require(sample.report(Array(body.utf8)), "\(body)")
      #expect(report.subJobs.isEmpty && report.failReason == "why")
    }
  }

  private func instance(_ sample: SampleRecord) -> [String: String] {
    sample.manner == .task ? ["instance_id": "i1"] : [:]
  }

  @Test func `whose list is of objects with ids of one name keep all of them`() throws {
    let objects = #"[{"publicip_id":"a","sub_jobs":[]},{"publicip_id":"b"},{"publicip_id":"a"},"x"]"#
    let sample = SampleRecord(service: .eip)
    let body = sample.record("job1", .succeeded, objects: objects)
    let report = try #require(sample.report(Array(body.utf8)))
    #expect(report.entities == ["publicip_id": "a b", "entities": "x"])
  }

  @Test func `stand in a list with things that are none`() throws {
    let part = #"{"status":"FAIL","error_code":"VPC.0501"}"#
    let strange = #"{"status":"FROZEN","job_id":"p"}"#
    let thing = #"{"id":"i1","name":"n","status":"ACTIVE"}"#
    for (service, parts) in [(CloudService.eip, ["FAIL", "FROZEN"]), (.rds, ["FROZEN"])] {
      let sample = SampleRecord(service: service)
      let body = sample.answer(sample.record("job1", .succeeded, objects: "[\(thing),\(part),\(strange)]"))
      let report = try #require(sample.report(Array(body.utf8)))
      #expect(report.subJobs.map(\.rawStatus) == parts)
      #expect(report.entities["id"] == "i1" && report.entities["status"]?.contains("ACTIVE") == true)
    }
  }

  @Test func `of another number than the service says are told with that number`() throws {
    for (total, kept) in [("3", "3"), ("1", nil), ("\"2\"", "2"), ("null", nil)] as [(String, String?)] {
      let sample = SampleRecord(service: .ecs)
      let part = sample.record("p", .succeeded)
      let body = sample.record("job1", .succeeded, objects: #"{"sub_jobs_total":\#(total),"sub_jobs":[\#(part)]}"#)
      let report = try #require(sample.report(Array(body.utf8)))
      #expect(report.entities["sub_jobs_total"] == kept)
    }
  }

  @Test("have limits, which are told", arguments: SampleRecord.all)
  func limits(_ sample: SampleRecord) throws {
    var objects = "{}"
    for level in (1...25).reversed() {
      objects = Shape.list.objects([sample.record("p\(level)", .succeeded, objects: objects)], sample.partsName)
    }
    let body = sample.answer(sample.record("job1", .succeeded, objects: objects))
    let report = try #require(sample.report(Array(body.utf8)))
    #expect(report.subJobs.count == 20 && report.entities["sub_jobs_unread"] == "1")
  }
}
