import JobWatchConfiguration
import JobWatchCore
import Testing

@testable import JobWatchSpool

@Suite struct `A job that is submitted by its URL` {
  private static let accounts = [
    Account(name: "first", region: "eu-de", projectID: "p1"),
    Account(
      name: "private", region: "eu-de", projectID: "p2",
      endpoints: ["ecs": "https://ecs.example:8443", "cce": "https://Cloud.example"]),
    Account(name: "nl", region: "eu-nl"), Account(name: "twin", region: "eu-de", projectID: "p3"),
  ]
  private static let otc = "eu-de.otc.t-systems.com"

  struct Case: Sendable {
    var word: String
    var service: String?
    var account: String?
    var option: String?
    /// `account/service/id`, or a part of the refusal.
    var meaning: String
  }

  private static let cases = [
    Case(word: "https://ecs.\(otc)/v1/p1/jobs/j", meaning: "first/ecs/j"),
    Case(word: "https://evs.\(otc)/v1/p3/jobs/j", meaning: "twin/evs/j"),
    Case(word: "https://rds.\(otc)/v3/p3/jobs?id=j", meaning: "twin/rds/j"),
    Case(word: "https://ecs.example:8443/v1/p2/jobs/j", meaning: "private/ecs/j"),
    Case(word: "https://cloud.example/api/v3/projects/p2/jobs/j", meaning: "private/cce/j"),
    Case(word: "https://ecs.eu-nl.otc.t-systems.com/v1/any/jobs/j", meaning: "nl/ecs/j"),
    // The host serves both: what is named decides.
    Case(word: "https://ecs.\(otc)/v1/p1/jobs/j", service: "bms", meaning: "first/bms/j"),
    Case(word: "https://ecs.\(otc)/v1/p1/jobs/j", option: "bms", meaning: "first/bms/j"),
    Case(word: "https://ecs.\(otc)/v1/p1/jobs/j", option: "dcs", meaning: "first/ecs/j"),
    Case(word: "https://ecs.\(otc)/v1/p1/jobs/j", service: "dcs", meaning: "of ecs, not of dcs"),
    Case(word: "https://ecs.\(otc)/v1/p1/jobs/j", account: "first", meaning: "first/ecs/j"),
    Case(word: "https://ecs.eu-nl.otc.t-systems.com/v1/any/jobs/j", account: "nl", meaning: "nl/ecs/j"),
    Case(
      word: "https://ecs.\(otc)/v1/any/jobs/j", account: "nl", meaning: "of region eu-de, and account \"nl\" of eu-nl"),
    Case(
      word: "https://ecs.cn-north-4.myhuaweicloud.com/v1/p1/jobs/j",
      meaning: "of region cn-north-4, and account \"first\" of eu-de"),
    Case(word: "https://ecs.\(otc)/v1/p1/jobs/j", account: "twin", meaning: "account \"twin\" of p3"),
    Case(word: "https://ecs.\(otc)/v1/p9/jobs/j", meaning: "no account has the project p9"),
    Case(word: "https://ecs.example/v1/p2/jobs/j", meaning: "host ecs.example is that of no"),
    Case(word: "https://dli.\(otc)/v1/p1/jobs/j", meaning: "is that of no service"),
    Case(word: "https://ecs.\(otc)/v1/p1/cloudservers/j", meaning: "is not that of a job"),
    Case(word: "https://ecs.\(otc)/v3/p1/jobs?id=j", meaning: "is not that of a job"),
  ]

  @Test("is asked for at its service and with its account", arguments: cases)
  func resolved(_ sample: Case) {
    var submission = SpoolSubmission(word: sample.word, service: sample.service)
    submission.account = sample.account
    if let problem = submission.resolve(among: Self.accounts, preferring: sample.option) {
      #expect(problem.contains(sample.meaning), "\(problem)")
    } else {
      let (account, service) = (submission.account ?? "-", submission.service ?? "-")
      #expect("\(account)/\(service)/\(submission.jobID)" == sample.meaning)
      #expect(submission.address == nil && submission.problem == nil)
    }
  }

  @Test func `without a configuration is written as it is, for the daemon`() throws {
    let url = "https://evs.\(Self.otc)/v1/p1/jobs/j"
    var submission = SpoolSubmission(word: url)
    #expect(submission.resolve(among: nil) == nil && submission.problem == nil)
    #expect(submission.service == "evs" && submission.jobID == "j" && submission.account == nil)
    let text = "{\"job_id\":\"\(url)\",\"service\":\"evs\"}"
    let rules = SpoolRules(Configuration(accounts: Self.accounts))
    let file = SpoolFile(decoding: Array(text.utf8), rules: rules)
    #expect(file.submissions.map { rules.key(of: $0).description } == ["first/evs/j"])
    let lines = SpoolFile(decoding: Array("\(url)\nevs '\(url)',\nhttps://h/x\n".utf8), rules: rules)
    #expect(lines.submissions.count == 2)
    #expect(lines.rejections.map(\.place) == [.line(3)])
  }
}
