import JobWatchCore

@testable import CloudAPI

extension FuzzTarget {
  /// What the clouds answer, and what decides where to ask.
  static let cloud = [
    // A service's name, a line feed, a body: the decoder of records.
    FuzzTarget("records", records),
    // A body: the decoder of a task's progress.
    FuzzTarget("tasks", tasks),
    // A body: the decoder of errors.
    FuzzTarget("errors", errors),
    // A service's name and a status, `truncated` or not, then headers, an empty line and a body: all that is made of an
    // answer.
    FuzzTarget("answers", answers),
    // A text: every parser of times.
    FuzzTarget("times") { try times(String(decoding: $0, as: UTF8.self)) },
    // A service's name, a region, an endpoint and a job's id, a line each: where to ask, and by what URL.
    FuzzTarget("endpoints", endpoints),
    // A `Content-Encoding`, a line feed, a body: what takes the compression off.
    FuzzTarget("codings", codings),
    // A credentials file of the vendor's SDK.
    FuzzTarget("profiles") { try profiles(String(decoding: $0, as: UTF8.self)) },
  ]

  /// Any name names a service, so that a mutation of it goes on to the next.
  private static func service(_ name: some StringProtocol) -> CloudService {
    CloudService.named(String(name)) ?? CloudService.all[name.utf8.reduce(0) { $0 + Int($1) } % CloudService.all.count]
  }

  // MARK: Records, tasks and errors

  private static func records(_ input: [UInt8]) throws(Violation) {
    let (name, body) = line(input[...])
    guard let report = JobRecordDecoder.decode(Array(body), service: service(name))?.record?.report else { return }
    let texts = [report.jobType, report.rawStatus, report.errorCode, report.failReason]
    for text in texts.compactMap(\.self) + report.entities.values {
      try require(text.unicodeScalars.count <= 4096, "a text that is not cut")
    }
    try require(report.subJobs.count <= 10_000, "\(report.subJobs.count) parts")
    for time in [report.begin, report.end] { try plausible(time) }
    for part in report.subJobs { for time in [part.begin, part.end] { try plausible(time) } }
  }

  private static func tasks(_ input: [UInt8]) throws(Violation) {
    guard let task = TaskProgressDecoder.decode(input) else { return }
    try require(task.percent.map { (0...100).contains($0) } ?? true, "\(task.percent ?? 0) percent")
    try require(task.remaining ?? 0 >= 0, "an end that is over")
    for steps in [task.steps] + task.steps.map(\.parts) {
      try require(steps.count <= TaskProgressDecoder.stepLimit, "\(steps.count) steps")
      for step in steps { for time in [step.begin, step.end] { try plausible(time) } }
    }
  }

  private static func errors(_ input: [UInt8]) throws(Violation) {
    guard let error = ErrorBody(input) else { return }
    try require(!error.code.isEmpty, "an error without a code")
    try require(ErrorBody(input) == error, "the same body is two errors")
  }

  // MARK: Answers

  private static let secrets = ["AKEXAMPLE", "sk-hush", "token/hush"]

  private static func answers(_ input: [UInt8]) throws(Violation) {
    let (start, rest) = line(input[...])
    let words = start.split(separator: " ")
    var response = HTTPResponse(
      status: words.dropFirst().first.flatMap { Int($0) } ?? 200, truncated: words.contains("truncated"))
    var body = rest
    var headers: [(String, String)] = []
    while true {
      let (header, rest) = line(body)
      body = rest
      if header.isEmpty { break }
      let parts = header.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
      headers.append((String(parts[0]), parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""))
    }
    response.headers = HTTPFields(headers)
    response.body = Array(body)
    let classifier = AnswerClassifier(
      service: service(words.first ?? ""), jobID: "job1",
      now: Timestamp(milliseconds: 1_700_000_000_000), confidential: secrets)
    try check(classifier.answer(to: response), to: response)
  }

  private static func check(_ answer: Answer, to response: HTTPResponse) throws(Violation) {
    // Texts that are kept or told: reflection would cost more than all else.
    var told: String
    switch answer.observation {
    case .seen, .unrecognised:
      return try require((200...299).contains(response.status) && !response.truncated, "a record out of a failure")
    case .throttled(let throttle):
      try require(throttle.limit.map { $0 > 0 } ?? true, "a limit of \(throttle.limit ?? 0)")
      try require(throttle.window.map { $0 > .zero } ?? true, "a window of nothing")
      try require(waitable(throttle.retryAfter), "a wait without end")
      told = throttle.code
    case .misconfigured(let error), .refused(let error), .forbidden(let error),
      .skewed(_, let error):
      try require(error.message.unicodeScalars.count <= 500, "an error that is not cut")
      told = error.code + error.message
    case .garbled(let text), .absent(let text), .unreachable(let text), .busy(let text): told = text
    }
    told += answer.evidence?.requestID ?? ""
    try require(!told.utf8.contains { $0 < 0x20 }, "more than one line: \(told)")
    let body = answer.evidence?.body ?? []
    try require(body.count <= 16_384, "foreign evidence that is not cut")
    for kept in [told, String(decoding: body, as: UTF8.self)] {
      for secret in secrets { try require(TextScanner(behind: secret, in: kept) == nil, "a secret in \(kept)") }
    }
  }

  private static func waitable(_ wait: Duration?) -> Bool {
    wait.map { $0 >= .zero && $0 <= .hours(12) } ?? true
  }

  // MARK: Compression

  private static func codings(_ input: [UInt8]) throws(Violation) {
    let (coding, body) = line(input[...])
    let limit = 100_000
    let sent = HTTPResponse(status: 200, headers: HTTPFields([("Content-Encoding", coding)]), body: Array(body))
    let response = ContentCoding.decoded(sent, limit: limit)
    try require(response.body.count <= limit || response.body == sent.body, "\(response.body.count) bytes")
    try require(
      response.obstacle == nil || response.truncated || response.body == sent.body,
      "an unreadable body that is neither kept nor cut")
  }

  // MARK: Times

  private static func times(_ text: String) throws(Violation) {
    try plausible(CloudTimeParser.parse(text))
    try require(
      waitable(
        HTTPResponse(status: 503, headers: HTTPFields([("Retry-After", text)])).retryAfter(
          at: Timestamp(milliseconds: 0))), "a wait without end")
    let times = [HTTPDate.time(text, near: Timestamp(milliseconds: 0)), SigningDate.time(text)]
    for time in times.compactMap(\.self) where time.milliseconds >= 0 {
      try require(SigningDate.time(SigningDate.text(time)) == time, "\(time) is not kept")
    }
  }

  private static func plausible(_ time: CloudTime?) throws(Violation) {
    guard let time else { return }
    try require(!time.raw.isEmpty && time.raw.unicodeScalars.count <= 64, "a time that is not cut")
    guard let instant = time.instant else { return }
    try require(
      instant.milliseconds >= 100_000_000_000 && instant.milliseconds <= Timestamp.limit,
      "\(time.raw) is \(instant.milliseconds)")
  }

  // MARK: Endpoints

  private static func endpoints(_ input: [UInt8]) throws(Violation) {
    let (name, afterName) = line(input[...])
    let (region, afterRegion) = line(afterName)
    let (endpoint, afterEndpoint) = line(afterRegion)
    let (jobID, _) = line(afterEndpoint)
    if let known = Endpoints.defaultEndpoint(service: name, region: region) {
      try require(known.hasPrefix("https://") && Endpoints.regions.contains(region), "a made up endpoint")
    }
    let query = JobQuery(
      service: service(name), endpoint: endpoint, projectID: "p1", jobID: jobID,
      credential: .token(Secret("token")), signingTime: Timestamp(milliseconds: 0))
    guard let request = query.request else { return }
    let rest = request.url.utf8.drop { $0 != UInt8(ascii: ":") }.dropFirst(3)
    let host = rest.prefix { $0 != UInt8(ascii: "/") }
    try require(
      !host.isEmpty && host.allSatisfy { (0x21...0x7e).contains($0) && !"?#@\\".utf8.contains($0) },
      "the host of \(request.url)")
    try require(rest.dropFirst(host.count).allSatisfy { isPlain($0) }, "the path of \(request.url)")
  }

  private static func isPlain(_ byte: UInt8) -> Bool {
    let letters = UInt8(ascii: "a")...UInt8(ascii: "z")
    return letters.contains(byte | 0x20) || "0123456789-._~%/?=&".utf8.contains(byte)
  }
  // MARK: Profiles

  /// Each `^` of the text is a secret, which no message may quote.
  private static func profiles(_ text: String) throws(Violation) {
    let file: ProfileFile
    do {
      file = try ProfileFile(text.replacing("^", with: secrets[1]), path: "/p")
    } catch {
      // "file /p: line 3 …"
      let (words, lines) = (error.message.split(separator: " "), text.count(where: \.isNewline) + 1)
      try require(words.count > 3 && (1...lines).contains(Int(words[3]) ?? 0), "no line: \(error.message)")
      try require(!error.message.contains(secrets[1]), "a secret in \(error.message)")
      return try require(!error.message.utf8.contains { $0 < 0x20 }, "more than one line: \(error.message)")
    }
    for value in file.sections.values.flatMap(\.values) {
      try require(value.first?.isWhitespace == false && value.last?.isWhitespace == false, "the value \(value)")
    }
  }
}
