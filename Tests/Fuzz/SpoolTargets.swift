import CloudAPI
import JobWatchCore

@testable import JobWatchConfiguration
@testable import JobWatchSpool

extension FuzzTarget {
  /// What submitters write.
  static let spool = [
    // The content of a file, whatever its format.
    FuzzTarget("spool", spoolFile),
    // The name of a file.
    FuzzTarget("names", spoolName),
  ]

  private static let rules: SpoolRules = {
    let services = ["ecs", "rds", "iam"]
    var configuration = Configuration(accounts: [
      Account(name: "prod", region: "eu-de", projectID: "p1"),
      Account(
        name: "test", region: "nowhere", projectID: "p2",
        endpoints: Dictionary(uniqueKeysWithValues: services.map { ($0, "https://\($0).test.example") })),
    ])
    configuration.channels = [Channel(name: "oncall", kind: .journal)]
    return SpoolRules(configuration)
  }()

  // MARK: Files

  private static func spoolFile(_ input: [UInt8]) throws(Violation) {
    let file = SpoolFile(decoding: input, rules: rules)
    try require(SpoolFile(decoding: input, rules: rules) == file, "the same bytes are two files")
    try require(
      file.command != nil || !file.submissions.isEmpty || !file.rejections.isEmpty, "neither a job nor a reason")
    try require(file.submissions.count <= SpoolFile.jobLimit, "\(file.submissions.count) jobs")
    for remark in file.rejections + file.notes {
      try require((1...4096).contains(remark.text.utf8.count), "\(remark.text.utf8.count) bytes of a remark")
      try require(!remark.text.utf8.contains { $0 < 0x20 }, "more than one line: \(remark.text)")
    }
    for job in file.submissions { try acceptable(job, of: input) }
    try everyLine(of: input, in: file)
    try resubmit(file)
    try submit(input, as: file)
  }

  private static func acceptable(_ job: SpoolSubmission, of input: [UInt8]) throws(Violation) {
    try require(job.problem == nil && rules.problem(job) == nil, "accepted with a problem: \(job)")
    // Escapes of JSON and of URLs write it otherwise.
    let isPlain = !input.contains(UInt8(ascii: "\\")) && !input.contains(UInt8(ascii: "%"))
    try require(!isPlain || input.firstRange(of: Array(job.jobID.utf8)) != nil, "an id that is not there: \(job.jobID)")
  }

  /// Of plain lines each is a job, or has a reason.
  private static func everyLine(of input: [UInt8], in file: SpoolFile) throws(Violation) {
    guard let text = String(validating: input, as: UTF8.self), input.first?.isAlphanumeric == true,
      !text.hasPrefix("HTTP/"), !input.contains(where: { [0x0D, 0x1A, 0xEF].contains($0) })
    else { return }
    let lines = text.utf8.split(separator: 10).map { $0.drop { $0 == 0x20 || $0 == 0x09 } }
      .filter { !$0.isEmpty && $0.first != UInt8(ascii: "#") }
    let places = Set(file.rejections.map(\.place))
    try require(
      places == [.file] || file.submissions.count + file.rejections.count == lines.count,
      "\(file.submissions.count) jobs and \(file.rejections) of \(lines.count) lines")
  }

  /// What the writer of this package makes of the jobs is read as the same jobs.
  private static func resubmit(_ file: SpoolFile) throws(Violation) {
    guard !file.submissions.isEmpty else { return }
    let lines: [String]
    do {
      lines = try file.submissions.map { try StoredJSON.text($0) + "\n" }
    } catch {
      throw Violation(description: "\(error)")
    }
    let again = SpoolFile(decoding: Array(lines.joined().utf8), rules: rules)
    let jobs = file.submissions.map(stored)
    try require(
      again.rejections.isEmpty && again.submissions.map(stored) == jobs,
      "\(jobs) is read back as \(again.submissions), \(again.rejections)")
  }

  /// Without what is not written, because it has done its work.
  private static func stored(_ job: SpoolSubmission) -> SpoolSubmission {
    var job = job
    (job.reply, job.hasCloudNames) = (nil, false)
    return job
  }

  /// `jobwatch submit` takes from its standard input what the daemon would take from a file.
  private static func submit(_ input: [UInt8], as file: SpoolFile) throws(Violation) {
    let form = SpoolFile(decoding: input, rules: nil)
    guard file.rejections.isEmpty else { return }
    var jobs = form.submissions
    for index in jobs.indices {
      let problem = jobs[index].complete(by: rules) { _ in } ?? jobs[index].problem ?? rules.problem(jobs[index])
      try require(problem == nil, "submit refuses what the daemon takes: \(problem ?? "")")
    }
    try require(
      form.rejections.isEmpty && form.command == file.command && jobs.map(stored) == file.submissions.map(stored),
      "submit reads \(jobs), \(form.rejections) for \(file.submissions)")
  }

  // MARK: Names

  private static func spoolName(_ input: [UInt8]) throws(Violation) {
    let name = SpoolDirectory.Name(bytes: Array(input.filter { $0 != 0 && $0 != UInt8(ascii: "/") }.prefix(255)))
    guard !name.bytes.isEmpty else { return }
    for text in [name.description, name.text] {
      try require(!text.unicodeScalars.contains { $0.value < 0x20 || $0 == "/" || $0.value == 0x7F }, text)
    }
    let own = SpoolDirectory.Name(taking: 7, of: name, chance: 9)
    try require(own.bytes.count <= 255 && own.path(in: "/s").count <= 259, "\(own.bytes.count) bytes")
    try require(own.isOwn && own.isTaken(7) && !own.isTaken(8), "not the daemon's: \(own.text)")
    try require(name.isTemporary || !own.isTemporary, "never looked at again: \(own.text)")
    // A longer name is cut.
    guard name.bytes.count <= 200, !name.isTemporary else { return }
    try require(own.description == name.description && own.isOfWriter == name.isOfWriter, "\(own) was \(name)")
    let again = SpoolDirectory.Name(taking: 8, of: own, chance: 1)
    try require(again.description == name.description, "\(again) was \(name)")
  }
}
