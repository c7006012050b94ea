import CloudAPI
import JobWatchConfiguration
import JobWatchCore

/// Why an entry is not taken, with the cure.
struct Unacceptable: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }
}

/// A JSON entry on its way to `SpoolSubmission`s: a submission of our own, or a cloud's reply that holds the id of a
/// job. Checks keys and types; `SpoolSubmission.problem` checks the values.
///
/// In an entry of our own every mistake is refused. In a reply a key with the name of ours may mean something else: a
/// value that does not have the form of ours is ignored there.
struct SpoolEntry {
  private let fields: [String: SpoolField]
  private let place: FoundJobIDs
  private let isReply: Bool
  /// Ignored keys that may have been meant for jobwatch, and why they were ignored.
  private(set) var notes: [String] = []

  init(_ value: SpoolField) throws(Unacceptable) {
    guard case .object(let fields) = value else {
      throw Unacceptable("must be an object such as {\"job_id\": \"…\"}, not \(value.noun)")
    }
    let found = try FoundJobIDs.find(in: fields)
    // The output of `show --json` has service and account beside the id.
    let inner = (found?.inner ?? [:]).filter { SpoolWord.own.contains($0.key) }
    self.fields = fields.merging(inner) { outer, _ in outer }
    let strange = fields.keys.filter {
      !SpoolWord.own.contains($0) && !FoundJobIDs.keys.contains($0)
    }
    .sorted().map { (key: $0, word: SpoolWord($0)) }
    let isReply =
      found?.isPlain == false || strange.contains { $0.word == .foreign }
      || Self.scalars.contains { fields[$0.rawValue]?.isContainer == true }
      || strange.contains { Self.isForeign($0.word, fields[$0.key]) }
    for (key, word) in strange {
      switch word {
      case .slip(let own): throw Self.unknown(key, own)
      case .resembling(let own):
        if !isReply || found == nil { throw Self.unknown(key, own) }
        if Self.isMeant(own, fields[key]) {
          notes.append("\"\(key.prefix(80))\" is left alone; did you mean \"\(own)\"?")
        }
      case .foreign: break
      }
    }
    guard let found else { throw Self.missing(fields, strange.map(\.key)) }
    (place, self.isReply) = (found, isReply)
  }

  /// No submission of ours has a list or an object there, not even by mistake.
  private static let scalars: [SpoolSubmission.CodingKeys] = [
    .service, .account, .jobType, .beginTime, .submittedAt, .instanceID, .taskID, .expectWithin,
  ]

  /// Resembles a key of ours that never holds a list or an object, as this one does.
  private static func isForeign(_ word: SpoolWord, _ value: SpoolField?) -> Bool {
    guard case .resembling(let own) = word, value?.isContainer == true else { return false }
    return scalars.contains { $0.rawValue == own }
  }

  /// The value has the form of ours: a list of channels' names, or labels with text.
  private static func isMeant(_ own: String, _ value: SpoolField?) -> Bool {
    switch (own, value) {
    case ("channels", .list(let members)):
      !members.isEmpty && members.allSatisfy { if case .text = $0 { true } else { false } }
    case ("labels", .object(let members)):
      !members.isEmpty && members.values.allSatisfy { if case .text = $0 { true } else { false } }
    default: false
    }
  }

  private static func unknown(_ key: String, _ own: String) -> Unacceptable {
    Unacceptable("unknown key \"\(key.prefix(80))\"; did you mean \"\(own)\"?")
  }

  /// Ids of something else, which a reply may have without a job's.
  private static let others = [
    "order_id": "an order's", "task_id": "that of an instance's task",
    "workflow_id": "a workflow's", "backup_id": "a backup's", "metadata": "that of an object",
  ]

  private static func missing(_ fields: [String: SpoolField], _ strange: [String]) -> Unacceptable {
    let isError = ["error", "error_code", "errorCode"].contains { (fields[$0] ?? .null) != .null }
    if isError {
      return Unacceptable("job_id is missing: the cloud's reply is an error, and no job began")
    }
    var reason = "job_id is missing: it is in the cloud's reply to the call that began the job"
    let other = others.sorted { $0.key < $1.key }.first { fields[$0.key] != nil }
    if let (key, meaning) = other {
      return Unacceptable(reason + " (the id in \(key) is \(meaning), and no job's)")
    }
    if let key = FoundJobIDs.collections.first(where: { fields[$0] != nil }) {
      return Unacceptable(reason + " (\(key) must be a list of objects, each with a job_id)")
    }
    if let key = strange.first {
      let known = SpoolWord.own.sorted().joined(separator: ", ")
      reason += "; unknown key \"\(key.prefix(80))\"; known: \(known)"
    }
    return Unacceptable(reason)
  }

  /// One for each id.
  mutating func submissions() throws(Unacceptable) -> [SpoolSubmission] {
    let isNamed = fields["service"]?.scalarText != nil
    // The databases, too, put an instance_id beside the id.
    let isOwnTask =
      !isReply && (isNamed || fields["task_id"] != nil && fields["instance_id"] != nil)
    let reply = isOwnTask ? nil : ReplyHints(fields)
    let draft = SpoolSubmission(
      jobID: "", service: try text(.service), account: try text(.account),
      labels: try labels(), channels: try channels(), jobType: try jobType(),
      beginTime: try time(.beginTime), submittedAt: try time(.submittedAt),
      instanceID: isOwnTask ? try text(.instanceID) : nil,
      taskID: isOwnTask ? try text(.taskID) : nil,
      expectWithin: try duration(.expectWithin))
    return place.ids.map { id in
      var submission = draft
      submission.jobID = id
      submission.address = place.address
      submission.reply = reply
      submission.hasCloudNames =
        isReply
        && (draft.service != nil || draft.account != nil || !draft.channels.isEmpty)
      return submission
    }
  }

  /// Nil in a reply: the key is the cloud's.
  private mutating func refuse<Value>(
    _ key: SpoolSubmission.CodingKeys, _ reason: String, isNoted: Bool = false
  ) throws(Unacceptable) -> Value? {
    guard isReply else { throw Unacceptable(reason) }
    if isNoted { notes.append("\(key.rawValue) is left alone: \(reason)") }
    return nil
  }

  private mutating func text(_ key: SpoolSubmission.CodingKeys) throws(Unacceptable) -> String? {
    switch fields[key.rawValue] {
    case nil, .null: return nil
    case .text(let text): return text
    case .some(let other):
      return try refuse(key, "\(key.rawValue) must be text in quotes, not \(other.noun)")
    }
  }

  private mutating func jobType() throws(Unacceptable) -> String? {
    guard let text = try text(.jobType), !text.isEmpty else { return nil }
    return isReply && !SpoolSubmission.isPlain(text, limit: 128) ? nil : text
  }

  private mutating func labels() throws(Unacceptable) -> [String: String] {
    switch fields["labels"] {
    case nil, .null: return [:]
    case .object(let members):
      var labels: [String: String] = [:]
      for (key, value) in members {
        guard let text = value.scalarText else {
          let reason = "the label \"\(key.prefix(80))\" must be text, not \(value.noun)"
          return try refuse(.labels, reason, isNoted: true) ?? [:]
        }
        labels[key] = text
      }
      guard isReply, let problem = LabelRule.problem(labels) else { return labels }
      return try refuse(.labels, problem, isNoted: true) ?? [:]
    case .some(let other):
      let reason = "labels must be an object such as {\"run\": \"42\"}, not \(other.noun)"
      return try refuse(.labels, reason, isNoted: true) ?? [:]
    }
  }

  private mutating func channels() throws(Unacceptable) -> [String] {
    switch fields["channels"] {
    case nil, .null: return []
    case .list(let members):
      var names: [String] = []
      for member in members {
        guard case .text(let name) = member else {
          let reason = "channels must hold names of channels, such as [\"oncall\"]"
          return try refuse(.channels, reason, isNoted: true) ?? []
        }
        if !names.contains(name) { names.append(name) }
      }
      return names
    case .some(let other):
      let reason = "channels must be a list such as [\"oncall\"], not \(other.noun)"
      return try refuse(.channels, reason, isNoted: true) ?? []
    }
  }

  private mutating func time(_ key: SpoolSubmission.CodingKeys) throws(Unacceptable) -> Timestamp? {
    switch fields[key.rawValue] ?? .null {
    case .null: return nil
    case .text(let text), .number(let text):
      if let time = CloudTimeParser.parse(text)?.instant { return time }
    default: break
    }
    return try refuse(
      key,
      "\(key.rawValue) must be a time such as 2026-11-21T21:38:21Z, or milliseconds since 1970")
  }

  private mutating func duration(
    _ key: SpoolSubmission.CodingKeys
  ) throws(Unacceptable) -> Duration? {
    guard let text = try text(key) else { return nil }
    if let duration = Duration(text: text) { return duration }
    return try refuse(
      key,
      "\(key.rawValue) must be a number and one of ms, s, m, h, d, such as \"10m\", not "
        + "\"\(text.prefix(80))\"", isNoted: true)
  }
}
