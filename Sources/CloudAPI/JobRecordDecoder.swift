import Foundation
import JobWatchCore

/// Makes a `JobReport` of the body of an answer. ECS and DCS share the record's shape: DCS leaves
/// out `entities` and `error_code` and writes times as milliseconds (cloud-api, section 1 and 2).
package enum JobRecordDecoder {
  private static let decoder = JSONDecoder()

  package struct Record: Sendable, Hashable {
    /// The job that the record is of, if it says so.
    package var jobID: String?
    package var report: JobReport
  }

  /// Nil if `body` is not a JSON object.
  package static func decode(_ body: [UInt8], service: CloudService) -> Record? {
    // Nothing in the error is of use: the body itself is kept as evidence.
    guard let record = try? decoder.decode(JobRecord.self, from: Data(body)) else { return nil }
    let report = JobReport(
      jobType: record.jobType, rawStatus: record.status ?? "",
      begin: CloudTimeParser.parse(record.beginTime), end: CloudTimeParser.parse(record.endTime),
      errorCode: record.errorCode, failReason: record.failReason,
      entities: record.entities.scalars,
      subJobs: record.entities.subJobs.map { subJob($0, service) })
    return Record(jobID: record.jobID, report: report)
  }

  private static func subJob(_ record: JobRecord, _ service: CloudService) -> SubJob {
    let status = record.status ?? ""
    return SubJob(
      jobID: record.jobID, jobType: record.jobType, rawStatus: status,
      state: service.vocabulary[status], begin: CloudTimeParser.parse(record.beginTime),
      end: CloudTimeParser.parse(record.endTime), errorCode: record.errorCode,
      failReason: record.failReason ?? record.entities.scalars["errorcode_message"],
      entities: record.entities.scalars)
  }
}
