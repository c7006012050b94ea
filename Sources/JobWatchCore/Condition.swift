/// Something that is wrong and concerns more than one job, from its beginning to its end: one row of the database.
///
/// It stays on record after its end, because it may explain why a job was lost.
package struct Condition: Hashable, Sendable {
  package enum Subject: Hashable, Sendable {
    case account(String)
    case endpoint(EndpointKey)
    case channel(String)
    /// A loop of the daemon.
    case worker(String)
    case daemon

    /// The loop that polls: while it cannot work, no job is seen.
    package static let poller = Subject.worker("poller")
  }

  package enum Kind: String, Hashable, Sendable {
    /// An account that a person paused; stored and printed as `held`, its first name.
    case pausedByHand = "held"
    /// A credential that the cloud refuses.
    case refused
    /// An account for which no credential can be fetched.
    case lockedOut = "locked_out"
    /// An account that has jobs and is not in the configuration.
    case unconfigured
    /// Calls that are refused with 403.
    case forbidden
    /// Calls that can never work as configured.
    case misconfigured
    /// An endpoint without a usable answer.
    case unreachable
    /// A service that takes calls and has no answer for any job.
    case busy
    /// A service whose quota has left no call for long.
    case throttled
    /// A service to which most of its jobs are suddenly unknown.
    case absent
    /// A channel that takes no messages, or a loop that cannot do its work.
    case failing
    /// A daemon that did not run.
    case stopped
  }

  package var subject: Subject
  package var kind: Kind
  package var since: Timestamp
  /// Nil while it lasts.
  package var until: Timestamp?
  /// When an event told of it; nil while its grace lasts, and where no event tells of it.
  package var toldAt: Timestamp?
  /// In the words of whatever failed.
  package var cause: String

  package init(
    _ subject: Subject, _ kind: Kind, since: Timestamp, until: Timestamp? = nil, toldAt: Timestamp? = nil, cause: String
  ) {
    self.subject = subject
    self.kind = kind
    self.since = since
    self.until = until
    self.toldAt = toldAt
    self.cause = cause
  }

  package static let suspended = "the machine was suspended"
  package static let clockSet = "the system's clock was set ahead"

  /// Why no job was seen while it lasted, with its times.
  package var blindness: String {
    "\(sentence) (\(until.map { "from \(since) to \($0)" } ?? "since \(since)"))"
  }

  private var sentence: String {
    switch (subject, kind) {
    case (_, .pausedByHand): "the account was \(cause)"
    case (_, .refused), (_, .lockedOut): "the account could not log in: \(cause)"
    case (_, .unconfigured): "the account was not in the configuration"
    case (_, .forbidden), (_, .misconfigured): "calls were \(kind.rawValue): \(cause)"
    case (_, .unreachable): "the endpoint gave no answer: \(cause)"
    case (_, .busy): "the service had no answer for any job: \(cause)"
    case (_, .throttled): "the service took no calls: \(cause)"
    case (.worker(let name), .failing): "the \(name) could not do its work: \(cause)"
    case (_, .absent), (_, .failing): cause
    case (_, .stopped): [Self.suspended, Self.clockSet].contains(cause) ? cause : "jobwatch was not running"
    }
  }
}

extension Condition.Subject: CustomStringConvertible, LosslessStringConvertible {
  /// As it is stored: `account/NAME`, `endpoint/ACCOUNT/SERVICE`, `channel/NAME`, `daemon/LOOP` and `daemon`.
  package var description: String {
    switch self {
    case .account(let name): "account/\(name)"
    case .endpoint(let key): "endpoint/\(key)"
    case .channel(let name): "channel/\(name)"
    case .worker(let name): "daemon/\(name)"
    case .daemon: "daemon"
    }
  }

  /// Nil for text that names no subject.
  package init?(_ text: String) {
    guard let slash = text.firstIndex(of: "/") else {
      guard text == "daemon" else { return nil }
      self = .daemon
      return
    }
    let name = String(text[slash...].dropFirst())
    switch text[..<slash] {
    case "account": self = .account(name)
    case "channel": self = .channel(name)
    case "daemon": self = .worker(name)
    case "endpoint":
      guard let last = name.lastIndex(of: "/") else { return nil }
      self = .endpoint(EndpointKey(account: String(name[..<last]), service: String(name[last...].dropFirst())))
    default: return nil
    }
  }
}
