import JobWatchCore
import JobWatchSpool
import JobWatchStore

/// A file of the spool that was read.
struct Arrival: Sendable {
  var name: SpoolDirectory.Name
  /// The state in which it was read; nil for what could not be read.
  var identity: SpoolDirectory.Identity?
  let fingerprint: String
  let file: SpoolFile
  /// It was committed before, and is unchanged since.
  let isRepeat: Bool
  /// Nobody writes to it, by its rest or by the name of its writer. It matters where writers cannot be detected.
  let hasRested: Bool

  /// - Parameters:
  ///   - hasRested: it has not changed for `WaitingFiles.rest`.
  ///   - isOld: by its date it had this rest before the daemon started.
  init(
    _ name: SpoolDirectory.Name, _ file: SpoolFile, _ identity: SpoolDirectory.Identity?,
    _ directory: SpoolDirectory, _ waiting: WaitingFiles, hasRested: Bool, isOld: Bool
  ) {
    self.name = name
    self.identity = identity
    self.file = file
    fingerprint = identity?.fingerprint ?? directory.fingerprint(of: name)
    isRepeat = identity.map(waiting.isCommitted) ?? false
    self.hasRested = name.isOfWriter || hasRested && (isRepeat || isOld)
  }

  var isAccepted: Bool { file.rejections.isEmpty && identity != nil }

  /// Stores its jobs, its command, and the event of rejected entries; the last two once per file.
  func commit(to transaction: Transaction, _ registration: Registration, at now: Timestamp) throws {
    if isRepeat { return }
    for submission in file.submissions { try registration.register(submission, at: now, transaction) }
    if let command = file.command, let identity, try transaction.noteFile(fingerprint, at: now) {
      try transaction.apply(command.change(by: identity.owner.name, at: now), routes: registration.routes)
    }
    if !file.rejections.isEmpty, try transaction.noteFile(fingerprint, at: now) {
      let event = rejection(at: now)
      try transaction.append(event, of: nil, to: registration.routes.channels(for: event))
    }
  }

  private func rejection(at now: Timestamp) -> EventDraft {
    let first = file.rejections.first.map(String.init(describing:)) ?? ""
    let more = file.rejections.count > 1 ? " (and \(file.rejections.count - 1) more)" : ""
    let share = file.submissions.isEmpty ? "" : "; \(file.submissions.count) other jobs of it are watched"
    var data = EventData(summary: "spool file \(name) is rejected: \(first)\(more)\(share)")
    data.file = name.description
    data.cause = first
    data.cure = "see the .reason file beside it in rejected/, correct it and submit it again"
    return EventDraft(.spoolRejected, at: now, data)
  }

  var reason: String {
    let taken = file.submissions.count
    let head =
      taken == 0
      ? "Nothing of this file was taken."
      : "\(taken) jobs of this file were taken and are watched; the following were not."
    return ([head] + file.rejections.map(\.description)).joined(separator: "\n")
  }
}

extension SpoolCommand {
  /// Without effect on an account that is already as commanded.
  fileprivate func change(by user: String, at now: Timestamp) -> ConditionChange {
    switch verb {
    case .pause: .paused(account: account, by: user, reason: reason, at: now)
    case .resume: .resumed(account: account, by: user, reason: reason, at: now)
    }
  }
}
