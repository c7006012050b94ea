import JobWatchCore
import Testing

@testable import CloudAPI

/// A record of a service in JSON, for a test that says what its parts are.
struct SampleRecord: Sendable {
  enum Manner: Sendable { case classic, task, container }

  let service: CloudService

  /// Every service has one, by a test of the services' bodies.
  private var documented: ServiceSample? { ServiceSample.all.first { $0.service == service.name } }

  var manner: Manner {
    switch documented?.status {
    case "status": .classic
    case "status.phase": .container
    default: .task
    }
  }

  var partsName: String { documented?.partsName ?? "" }

  func words() throws -> [(word: String, state: JobState)] { try ServiceSample.pairs(documented?.words ?? "") }

  func word(_ state: JobState) -> String {
    let words = service.vocabulary.filter { $0.value == state && !StatusWord($0.key).isOtherEnd }
    return words.keys.sorted().first ?? ""
  }

  /// A record as it stands in a list of parts, or within its answer.
  /// - Parameter objects: the value of the member for its objects.
  func record(
    _ id: String, _ state: JobState, type: String = "t", code: String = "X.1",
    reason: String? = nil, objects: String = "{}"
  ) -> String {
    let reason = reason.map { "\"\($0)\"" } ?? "null"
    let word = word(state)
    return switch manner {
    case .classic:
      #"{"status":"\#(word)","entities":\#(objects),"job_id":"\#(id)","job_type":"\#(type)","#
        + #""begin_time":"","end_time":"","error_code":"\#(code)","fail_reason":\#(reason)}"#
    case .task:
      #"{"id":"\#(id)","name":"\#(type)","status":"\#(word)","entities":\#(objects),"#
        + #""instance":{"id":"i1"},"fail_reason":\#(reason)}"#
    case .container:
      #"{"metadata":{"uid":"\#(id)"},"spec":\#(objects),"# + #""status":{"phase":"\#(word)","reason":\#(reason)}}"#
    }
  }

  /// As the service's answer.
  func answer(_ record: String) -> String {
    switch documented?.status.split(separator: ".").first {
    case "jobs": #"{"jobs":[\#(record)],"total_count":1}"#
    case "job": #"{"job":\#(record)}"#
    default: record
    }
  }

  func report(_ body: [UInt8]) -> JobReport? {
    let answer = AnswerClassifier(service: service, jobID: "job1", now: Timestamp(milliseconds: 0))
      .answer(to: HTTPResponse(status: 200, body: body))
    return switch answer.observation {
    case .seen(_, let report), .unrecognised(let report): report
    default: nil
    }
  }

  static let all = CloudService.all.map(SampleRecord.init)
}

extension SampleRecord: CustomTestStringConvertible {
  var testDescription: String { service.name }
}
