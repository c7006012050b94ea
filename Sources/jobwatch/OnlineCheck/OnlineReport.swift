/// The findings of `jobwatch check --online` about one account. Holds no secret.
package struct OnlineReport: Sendable, Hashable, Encodable {
  package var account: String
  /// In the order in which they were asked.
  package var findings: [OnlineFinding]
}

/// One step of the way to the cloud, and how it went.
package struct OnlineFinding: Sendable, Hashable, Encodable {
  /// In this order; what fails makes the later ones moot.
  package enum Step: String, Sendable, Encodable {
    /// The host's name is resolved.
    case name
    /// TCP and TLS, and any HTTP answer.
    case connection
    /// The cloud's clock beside this host's.
    case clock
    /// The credential is read or fetched, and accepted.
    case credential
    /// Jobs may be queried, in the project and region of the account.
    case permission
  }

  package enum Result: String, Sendable, Encodable { case ok, warning, failed, skipped }

  /// Nil for what is the account's as a whole.
  package var service: String?
  package var step: Step
  package var result: Result
  package var detail: String
  /// What the operator has to do; there is one for every failure and warning.
  package var cure: String?

  init(
    _ service: String?, _ step: Step, _ result: Result, _ detail: String, cure: String? = nil
  ) {
    self.service = service
    self.step = step
    self.result = result
    self.detail = detail
    self.cure = cure
  }
}
