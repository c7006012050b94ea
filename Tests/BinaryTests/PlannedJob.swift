import CloudAPI
import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud

/// A job on the simulated cloud, and the event that has to tell its end.
struct PlannedJob: Sendable {
  var script: ScriptedJob
  var end: EventKind

  var id: String { script.jobID }

  /// Of a spool file that holds plain lines.
  var plainLine: String { "\(script.service.name) \(id)" }
  /// Of a spool file that holds JSON.
  var object: String { #"{"job_id": "\#(id)", "service": "\#(script.service.name)"}"# }

  /// In the form of the cloud's own, 32 hexadecimal digits.
  static func newID() -> String {
    UUID().uuidString.lowercased().replacing("-", with: "")
  }

  /// Runs from its submission on and ends well.
  static func succeeding(_ service: CloudService = .ecs, after duration: Duration) -> PlannedJob {
    PlannedJob(
      script: ScriptedJob(
        service: service, jobID: newID(), jobType: "resizeServer",
        steps: .succeeding(after: duration)), end: .jobSucceeded)
  }

  static func failing(_ service: CloudService = .ecs, after duration: Duration) -> PlannedJob {
    PlannedJob(
      script: ScriptedJob(
        service: service, jobID: newID(), jobType: "resizeServer",
        steps: .failing(after: duration), errorCode: "Ecs.0219", failReason: "no room"),
      end: .jobFailed)
  }

  /// Runs and never ends.
  static func endless() -> PlannedJob { succeeding(after: .days(30)) }

  /// Of three servers, of which the last fails if the whole does; then only it says why.
  func withServers() -> PlannedJob {
    let length = script.steps.last?.after ?? .zero
    var job = self
    job.script.jobType = "createServer"
    (job.script.errorCode, job.script.failReason) = (nil, nil)
    job.script.subJobs = (1...3).map { number in
      let isBad = number == 3 && end == .jobFailed
      return ScriptedJob(
        jobID: Self.newID(), jobType: "createSingleServer",
        steps: isBad ? .failing(after: length) : .succeeding(after: length),
        entities: ["server_id": Self.newID()], errorCode: isBad ? "Ecs.0319" : nil,
        failReason: isBad ? "no host has enough memory" : nil)
    }
    return job
  }
}
