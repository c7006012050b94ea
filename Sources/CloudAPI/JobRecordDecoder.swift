import Foundation
import JobWatchCore

/// Makes a `JobReport` of the body of an answer, by the layout and the words of its service.
package enum JobRecordDecoder {
  private static let decoder = JSONDecoder()

  package struct Record: Sendable, Hashable {
    /// The job that the record is of, if it says so.
    package var jobID: String?
    package var report: JobReport
  }

  package enum Finding: Sendable, Hashable {
    /// Empty for JSON that is no record.
    case record(Record)
    /// A list of jobs without any: the service knows no such job.
    case nothing

    package var record: Record? {
      if case .record(let record) = self { record } else { nil }
    }
  }

  /// Nil if `body` is not a JSON object.
  package static func decode(_ body: [UInt8], service: CloudService) -> Finding? {
    // Nothing in the error is of use: the body itself is kept as evidence.
    let answer = try? decoder.decode(
      Answer.self, from: Data(body), configuration: service)
    guard let answer else { return nil }
    guard let record = answer.record else { return .nothing }
    let status = record.status ?? ""
    let report = JobReport(
      jobType: record.jobType, rawStatus: status, begin: CloudTimeParser.parse(record.beginTime),
      end: end(of: record, service.state(of: status)), errorCode: record.errorCode,
      failReason: record.failReason, entities: record.objects.scalars,
      subJobs: record.objects.subJobs.map { subJob($0, service) })
    return .record(Record(jobID: record.jobID, report: report))
  }

  private static func subJob(_ record: JobRecord, _ service: CloudService) -> SubJob {
    let status = record.status ?? ""
    let state = service.state(of: status)
    return SubJob(
      jobID: record.jobID, jobType: record.jobType, rawStatus: status, state: state,
      begin: CloudTimeParser.parse(record.beginTime), end: end(of: record, state),
      errorCode: record.errorCode,
      failReason: record.failReason ?? record.objects.scalars["errorcode_message"],
      entities: record.objects.scalars)
  }

  /// The databases write an end, and CCE the time of the last change, while a job still runs.
  private static func end(of record: JobRecord, _ state: JobState?) -> CloudTime? {
    state?.isFinal == true ? CloudTimeParser.parse(record.endTime) : nil
  }

  /// An answer, down to the record in it.
  private struct Answer: DecodableWithConfiguration {
    /// Nil for a list without an element.
    var record: JobRecord?

    init(from decoder: any Decoder, configuration service: CloudService) throws {
      switch service.layout.place {
      case .root: record = try JobRecord(from: decoder, configuration: service)
      case .member(let key):
        let fields = try decoder.container(keyedBy: FieldKey.self)
        record =
          (try? fields.decode(JobRecord.self, forKey: key, configuration: service)) ?? JobRecord()
      case .first(let key):
        guard var list = try decoder.container(keyedBy: FieldKey.self).list(key) else {
          record = JobRecord()
          return
        }
        if list.isAtEnd { return }
        record = (try? list.decode(JobRecord.self, configuration: service)) ?? JobRecord()
      }
    }
  }
}
