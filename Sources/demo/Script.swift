import JobWatchCore
import SimulatedCloud

/// What happens on the simulated cloud.
enum Script {
  static let projectID = "0605767b5780d5762fc5c0118072a564"
  static let accessKey = "DEMOACCESSKEY0000001"
  static let secretKey = "demo-secret-key-of-no-account-anywhere"
  static let hookSecret = "whsec_ZGVtby13ZWJob29rLXNlY3JldC0wMDAx"

  struct Part: Sendable {
    var job: ScriptedJob
    /// What a person calls it, submitted as the label `name`.
    var name: String
    /// The event that must tell its end.
    var end: EventKind
  }

  static let parts: [Part] = [
    server("web-1", lasting: 4), server("web-2", lasting: 7), cache("cache-1", lasting: 5),
    cache("cache-2", lasting: 9), resize("resize-db", lasting: 3), failing("batch-3"),
    refusedCache("cache-3"), unpaid("prepaid-1"), vanishing("doomed-1"),
  ]

  private static func id(_ name: String) -> String {
    var hash = StableHash()
    hash.combine(name.utf8)
    let text = String(hash.value, radix: 16)
    return "ff808082" + String(repeating: "0", count: 24 - text.count) + text
  }

  private static func server(_ name: String, lasting seconds: Double) -> Part {
    let part = ScriptedSubJob(
      jobID: id(name + "/1"), jobType: "createSingleServer",
      steps: .succeeding(after: .seconds(seconds - 0.5)), entities: ["server_id": id(name + "/s")])
    return Part(
      job: ScriptedJob(
        service: .ecs, jobID: id(name), jobType: "createServer",
        steps: [
          JobStep(after: .zero, status: "INIT"), JobStep(after: .seconds(1), status: "RUNNING"),
        ]
          + [JobStep(after: .seconds(seconds), status: "SUCCESS")],
        subJobs: [part]), name: name, end: .jobSucceeded)
  }

  private static func resize(_ name: String, lasting seconds: Double) -> Part {
    Part(
      job: ScriptedJob(
        service: .ecs, jobID: id(name), jobType: "resizeServer",
        steps: .succeeding(after: .seconds(seconds)), entities: ["server_id": id(name + "/s")]),
      name: name, end: .jobSucceeded)
  }

  private static func cache(_ name: String, lasting seconds: Double) -> Part {
    Part(
      job: ScriptedJob(
        service: .dcs, jobID: id(name), jobType: "createDCSInstance",
        steps: .succeeding(after: .seconds(seconds))), name: name, end: .jobSucceeded)
  }

  private static func refusedCache(_ name: String) -> Part {
    Part(
      job: ScriptedJob(
        service: .dcs, jobID: id(name), jobType: "extendDCSInstance",
        steps: .failing(after: .seconds(6)), failReason: "no room on the cluster's nodes"),
      name: name, end: .jobFailed)
  }

  /// A parent that fails because one of its three servers did.
  private static func failing(_ name: String) -> Part {
    let good = (1...2).map { number in
      ScriptedSubJob(
        jobID: id("\(name)/\(number)"), jobType: "createSingleServer",
        steps: .succeeding(after: .seconds(4)), entities: ["server_id": id("\(name)/s\(number)")])
    }
    let bad = ScriptedSubJob(
      jobID: id(name + "/3"), jobType: "createSingleServer", steps: .failing(after: .seconds(5)),
      errorCode: "Ecs.0219", failReason: "no host has enough memory for flavor s3.large.4")
    return Part(
      job: ScriptedJob(
        service: .ecs, jobID: id(name), jobType: "createServer",
        steps: .failing(after: .seconds(5.5)), subJobs: good + [bad]), name: name, end: .jobFailed)
  }

  /// An order that nobody pays: its record is deleted at the end of the unpaid retention.
  private static func unpaid(_ name: String) -> Part {
    Part(
      job: ScriptedJob(
        service: .ecs, jobID: id(name), jobType: "createServer",
        steps: [JobStep(after: .zero, status: "PENDING_PAYMENT")]), name: name, end: .jobLapsed)
  }

  /// A running job whose record disappears.
  private static func vanishing(_ name: String) -> Part {
    Part(
      job: ScriptedJob(
        service: .ecs, jobID: id(name), jobType: "changeOS",
        steps: [JobStep(after: .zero, status: "RUNNING")], vanishesAfter: .seconds(6)), name: name,
      end: .jobLost)
  }
}
