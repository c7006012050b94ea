import CloudAPI
import JobWatchCore

/// Why an entry is not taken, with the cure.
struct Unacceptable: Error {
  var reason: String
  init(_ reason: String) { self.reason = reason }
}

/// One JSON entry on its way to a `SpoolSubmission`: checks keys and types, and leaves the values to
/// `SpoolSubmission.problem`.
struct SpoolEntry {
  private static let known = SpoolSubmission.CodingKeys.allCases.map(\.rawValue)
  /// What the clouds put beside `job_id` when they accept a job: a submitter may pass the reply on as it is.
  private static let tolerated: Set<String> = ["order_id", "serverIds", "request_id"]

  private let fields: [String: SpoolField]

  init(_ value: SpoolField) throws(Unacceptable) {
    guard case .object(let fields) = value else {
      throw Unacceptable("must be an object such as {\"job_id\": \"…\"}, not \(value.noun)")
    }
    self.fields = fields
    let strange = fields.keys.sorted().first {
      !Self.known.contains($0) && !Self.tolerated.contains($0)
    }
    if let strange {
      let hint = NearestName.hint(strange, among: Self.known)
      throw Unacceptable("unknown key \"\(strange.prefix(80))\"; \(hint)")
    }
  }

  func submission() throws(Unacceptable) -> SpoolSubmission {
    guard let jobID = try text(.jobID) else {
      throw Unacceptable(
        "job_id is missing: it is in the cloud's reply to the call that began the job")
    }
    return SpoolSubmission(
      jobID: jobID, service: try text(.service), account: try text(.account),
      labels: try labels(), channels: try channels(), jobType: try text(.jobType),
      beginTime: try time(.beginTime), submittedAt: try time(.submittedAt),
      instanceID: try text(.instanceID), taskID: try text(.taskID),
      expectWithin: try duration(.expectWithin))
  }

  private func text(_ key: SpoolSubmission.CodingKeys) throws(Unacceptable) -> String? {
    switch fields[key.rawValue] {
    case nil, .null: return nil
    case .text(let text): return text
    case .some(let other):
      throw Unacceptable("\(key.rawValue) must be text in quotes, not \(other.noun)")
    }
  }

  private func labels() throws(Unacceptable) -> [String: String] {
    switch fields["labels"] {
    case nil, .null: return [:]
    case .object(let members):
      var labels: [String: String] = [:]
      for (key, value) in members {
        guard let text = value.scalarText else {
          throw Unacceptable("the label \"\(key.prefix(80))\" must be text, not \(value.noun)")
        }
        labels[key] = text
      }
      return labels
    case .some(let other):
      throw Unacceptable("labels must be an object such as {\"run\": \"42\"}, not \(other.noun)")
    }
  }

  private func channels() throws(Unacceptable) -> [String] {
    switch fields["channels"] {
    case nil, .null: return []
    case .list(let members):
      var names: [String] = []
      for member in members {
        guard case .text(let name) = member else {
          throw Unacceptable("channels must hold names of channels, such as [\"oncall\"]")
        }
        if !names.contains(name) { names.append(name) }
      }
      return names
    case .some(let other):
      throw Unacceptable("channels must be a list such as [\"oncall\"], not \(other.noun)")
    }
  }

  private func time(_ key: SpoolSubmission.CodingKeys) throws(Unacceptable) -> Timestamp? {
    switch fields[key.rawValue] ?? .null {
    case .null: return nil
    case .text(let text), .number(let text):
      if let time = CloudTimeParser.parse(text)?.instant { return time }
    default: break
    }
    throw Unacceptable(
      "\(key.rawValue) must be a time such as 2026-11-21T21:38:21Z, or milliseconds since 1970")
  }

  private func duration(_ key: SpoolSubmission.CodingKeys) throws(Unacceptable) -> Duration? {
    guard let text = try text(key) else { return nil }
    if let duration = Duration(text: text) { return duration }
    throw Unacceptable(
      "\(key.rawValue) must be a number and one of ms, s, m, h, d, such as \"10m\", not "
        + "\"\(text.prefix(80))\"")
  }
}
