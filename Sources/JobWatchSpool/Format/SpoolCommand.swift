import JobWatchConfiguration
import JobWatchCore

/// A command to the daemon, alone in its file: `{"command": "pause", "account": "prod", "reason": "it moves"}`. It counts
/// only from root and the service's own user (`SpoolOwner`).
package struct SpoolCommand: Sendable, Hashable {
  package enum Verb: String, Sendable, Codable, CaseIterable {
    case pause, resume
  }

  package var verb: Verb
  package var account: String
  /// For the event and the status; 1 to 256 bytes without control characters.
  package var reason: String?

  package init(_ verb: Verb, account: String, reason: String? = nil) {
    self.verb = verb
    self.account = account
    self.reason = reason
  }

  /// Why its form is refused, with the cure; nil when it is fine.
  package var problem: String? {
    if !ConfiguredName.isValid(account) { return "the name \"\(account.prefix(80))\" \(ConfiguredName.rule)" }
    guard let reason, !SpoolSubmission.isPlain(reason, limit: Self.reasonLimit) else { return nil }
    return "the reason must be 1 to \(Self.reasonLimit) bytes without control characters"
  }

  private static let reasonLimit = 256
}

extension SpoolCommand: Encodable {
  enum CodingKeys: String, CodingKey, CaseIterable {
    case verb = "command"
    case account, reason
  }

  /// A reply may have an object of that name.
  static func isOne(_ fields: [String: SpoolField]) -> Bool {
    fields[CodingKeys.verb.rawValue].map { !$0.isContainer } ?? false
  }

  init(_ fields: [String: SpoolField]) throws(Unacceptable) {
    let known = CodingKeys.allCases.map(\.rawValue)
    if let strange = fields.keys.sorted().first(where: { !known.contains($0) }) {
      throw Unacceptable("a command has no \"\(strange.prefix(80))\", only \(known.joined(separator: ", "))")
    }
    let word = try fields.text(CodingKeys.verb) ?? ""
    guard let verb = Verb(rawValue: word) else {
      let hint = NearestName.hint(word, among: Verb.allCases.map(\.rawValue))
      throw Unacceptable("command \"\(word.prefix(80))\" is not known; \(hint)")
    }
    guard let account = try fields.text(CodingKeys.account) else {
      throw Unacceptable("account is missing: name the one to \(word)")
    }
    self.init(verb, account: account, reason: try fields.text(CodingKeys.reason))
  }
}
