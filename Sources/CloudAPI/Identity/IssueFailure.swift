import JobWatchCore

/// Why nothing was handed out. No text in it quotes a secret.
package enum IssueFailure: Error, Sendable, Hashable {
  /// The proof is not accepted: a wrong password, no agency on this server. It may be accepted
  /// later, when a person has changed something in the cloud.
  case refused(APIError)
  /// It can never work as configured: no such project, a wrong address. The message names the keys
  /// of the configuration to look at.
  case misconfigured(APIError)
  case throttled(Throttle)
  /// No usable answer: network, 5xx, something else than the documented reply.
  case unreachable(String)
}
