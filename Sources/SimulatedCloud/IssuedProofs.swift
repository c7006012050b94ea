import CloudAPI
import JobWatchCore

/// The tokens and temporary keys that the simulated cloud handed out, good until they expire by its
/// own clock or are revoked.
struct IssuedProofs: Sendable {
  private struct Token {
    var projectID: String
    var end: Timestamp
  }

  private struct Key {
    var key: AccessKey
    var end: Timestamp
  }

  /// Every secret that was ever handed out: a test looks for them in all files that the daemon wrote.
  private(set) var secrets: [Secret] = []
  private var tokens: [Secret: Token] = [:]
  private var keys: [String: Key] = [:]

  mutating func add(token: Secret, projectID: String, from now: Timestamp, until end: Timestamp) {
    secrets.append(token)
    tokens = tokens.filter { $0.value.end > now }
    tokens[token] = Token(projectID: projectID, end: end)
  }

  mutating func add(_ key: AccessKey, from now: Timestamp, until end: Timestamp) {
    secrets += [key.secret] + (key.securityToken.map { [$0] } ?? [])
    keys = keys.filter { $0.value.end > now }
    keys[key.access] = Key(key: key, end: end)
  }

  mutating func revokeTokens() { tokens = [:] }

  mutating func revoke(_ key: AccessKey) { keys[key.access] = nil }

  func accepts(_ token: Secret, at now: Timestamp) -> Bool { (tokens[token]?.end ?? now) > now }

  /// Nil once it has expired.
  func key(_ access: String, at now: Timestamp) -> AccessKey? {
    keys[access].flatMap { $0.end > now ? $0.key : nil }
  }

  /// The one project that the token is for; nil for one that was not handed out here.
  func project(of token: Secret) -> String? { tokens[token]?.projectID }
}
