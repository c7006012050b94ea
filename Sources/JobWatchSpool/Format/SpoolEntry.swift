import CloudAPI
import JobWatchConfiguration
import JobWatchCore

/// Why an entry is not taken, with the cure.
struct Unacceptable: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }
}

/// A JSON entry: a submission of our own, or a cloud's reply that holds the id of a job. Checks keys and types;
/// `SpoolSubmission.problem` checks the values.
///
/// A mistake in an entry of our own is refused. In a reply a key with the name of ours may mean something else: a value
/// that does not have our form is ignored there.
struct SpoolEntry {
  private typealias Key = SpoolSubmission.CodingKeys

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
      found?.isPlain == false || strange.contains { Self.isForeign($0.word, fields[$0.key]) }
      || Self.scalars.contains { fields[$0]?.isContainer == true }
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

  /// Keys that never hold a list or an object in a submission of ours, not even by mistake.
  private static let scalars = [
    Key.service, .account, .jobType, .beginTime, .submittedAt, .instanceID, .taskID, .expectWithin,
  ].map(\.rawValue)

  /// The key can only be the cloud's. One that resembles ours is if it holds a list or an object and ours does not.
  private static func isForeign(_ word: SpoolWord, _ value: SpoolField?) -> Bool {
    switch word {
    case .slip: false
    case .resembling(let own): value?.isContainer == true && scalars.contains(own)
    case .foreign: true
    }
  }

  /// The value has the form of ours: a list of channels' names, or labels with text.
  private static func isMeant(_ own: String, _ value: SpoolField?) -> Bool {
    switch (own, value) {
    case ("channels", .list(let members)): !members.isEmpty && members.allSatisfy(\.isText)
    case ("labels", .object(let members)): !members.isEmpty && members.values.allSatisfy(\.isText)
    default: false
    }
  }

  private static func unknown(_ key: String, _ own: String) -> Unacceptable {
    Unacceptable("unknown key \"\(key.prefix(80))\"; did you mean \"\(own)\"?")
  }

  /// Ids of something else, which a reply may have without a job's.
  private static let others = [
    ("backup_id", "a backup's"), ("metadata", "that of an object"), ("order_id", "an order's"),
    ("task_id", "that of an instance's task"), ("workflow_id", "a workflow's"),
  ]

  private static func missing(_ fields: [String: SpoolField], _ strange: [String]) -> Unacceptable {
    let isError = ["error", "error_code", "errorCode"].contains { (fields[$0] ?? .null) != .null }
    if isError { return Unacceptable("job_id is missing: the cloud's reply is an error, and no job began") }
    var reason = "job_id is missing: it is in the cloud's reply to the call that began the job"
    if let (key, meaning) = others.first(where: { fields[$0.0] != nil }) {
      reason += " (the id in \(key) is \(meaning), and no job's)"
    } else if let key = FoundJobIDs.collections.first(where: { fields[$0] != nil }) {
      reason += " (\(key) must be a list of objects, each with a job_id)"
    } else if let key = strange.first {
      let known = SpoolWord.own.sorted().joined(separator: ", ")
      reason += "; unknown key \"\(key.prefix(80))\"; known: \(known)"
    }
    return Unacceptable(reason)
  }

  mutating func submissions() throws(Unacceptable) -> [SpoolSubmission] {
    let isNamed = fields["service"]?.scalarText != nil
    // The databases, too, put an instance_id beside the id.
    let isOwnTask = !isReply && (isNamed || fields["task_id"] != nil && fields["instance_id"] != nil)
    var draft = SpoolSubmission(
      jobID: "", service: try text(.service), account: try text(.account), labels: try labels(),
      channels: try channels(), jobType: try jobType(), beginTime: try time(.beginTime),
      submittedAt: try time(.submittedAt), instanceID: isOwnTask ? try text(.instanceID) : nil,
      taskID: isOwnTask ? try text(.taskID) : nil, expectWithin: try duration())
    draft.address = place.address
    draft.reply = isOwnTask ? nil : ReplyHints(fields)
    draft.hasCloudNames = isReply && (draft.service != nil || draft.account != nil || !draft.channels.isEmpty)
    return place.ids.map { id in
      var submission = draft
      submission.jobID = id
      return submission
    }
  }

  /// What `read` makes of the value of a key. Nil where there is none, and in a reply where it does not have the form of
  /// ours, because the key is then the cloud's.
  private mutating func value<Value>(
    _ key: Key, isNoted: Bool, _ read: (SpoolField) throws(Unacceptable) -> Value
  ) throws(Unacceptable) -> Value? {
    guard let field = fields[key.rawValue], field != .null else { return nil }
    do throws(Unacceptable) {
      return try read(field)
    } catch {
      guard isReply else { throw error }
      if isNoted { notes.append("\(key.rawValue) is left alone: \(error.reason)") }
      return nil
    }
  }

  private mutating func text(_ key: Key) throws(Unacceptable) -> String? {
    let fields = fields
    return try value(key, isNoted: false) { _ throws(Unacceptable) in try fields.text(key) } ?? nil
  }

  private mutating func jobType() throws(Unacceptable) -> String? {
    guard let text = try text(.jobType), !text.isEmpty else { return nil }
    return isReply && !SpoolSubmission.isPlain(text, limit: 128) ? nil : text
  }

  private mutating func labels() throws(Unacceptable) -> [String: String] {
    let isReply = isReply
    return try value(.labels, isNoted: true) { field throws(Unacceptable) in
      guard case .object(let members) = field else {
        throw Unacceptable("labels must be an object such as {\"run\": \"42\"}, not \(field.noun)")
      }
      var labels: [String: String] = [:]
      for (key, value) in members {
        guard let text = value.scalarText else {
          throw Unacceptable("the label \"\(key.prefix(80))\" must be text, not \(value.noun)")
        }
        labels[key] = text
      }
      if isReply, let problem = LabelRule.problem(labels) { throw Unacceptable(problem) }
      return labels
    } ?? [:]
  }

  private mutating func channels() throws(Unacceptable) -> [String] {
    try value(.channels, isNoted: true) { field throws(Unacceptable) in
      guard case .list(let members) = field else {
        throw Unacceptable("channels must be a list such as [\"oncall\"], not \(field.noun)")
      }
      var names: [String] = []
      for member in members {
        guard case .text(let name) = member else {
          throw Unacceptable("channels must hold names of channels, such as [\"oncall\"]")
        }
        if !names.contains(name) { names.append(name) }
      }
      return names
    } ?? []
  }

  private mutating func time(_ key: Key) throws(Unacceptable) -> Timestamp? {
    try value(key, isNoted: false) { field throws(Unacceptable) in
      switch field {
      case .text(let text), .number(let text):
        if let time = CloudTimeParser.parse(text)?.instant { return time }
      default: break
      }
      throw Unacceptable("\(key.rawValue) must be a time such as 2026-11-21T21:38:21Z, or milliseconds since 1970")
    }
  }

  private mutating func duration() throws(Unacceptable) -> Duration? {
    guard let text = try text(.expectWithin) else { return nil }
    return try value(.expectWithin, isNoted: true) { _ throws(Unacceptable) in
      if let duration = Duration(text: text) { return duration }
      throw Unacceptable(
        "expect_within must be a number and one of ms, s, m, h, d, such as \"10m\", not "
          + "\"\(text.prefix(80))\"")
    }
  }
}
