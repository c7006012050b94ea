import JobWatchCore
import JobWatchSpool
import JobWatchStore

/// A file of the spool on its way in.
struct Arrival: Sendable {
  var name: SpoolDirectory.Name
  /// Of what was read; nil for what could not be.
  var identity: SpoolDirectory.Identity?
  var fingerprint: String
  var file: SpoolFile
  var pause: AccountPause?
  /// It is committed already, and is what it was then.
  var isRepeat = false
  /// Nobody writes to it, as far as its rest or its writer tells where that cannot be seen.
  var hasRested = false

  init(
    _ name: SpoolDirectory.Name, _ file: SpoolFile, _ identity: SpoolDirectory.Identity?,
    in directory: SpoolDirectory
  ) {
    self.name = name
    self.identity = identity
    self.file = file
    fingerprint = identity?.fingerprint ?? directory.fingerprint(of: name)
    pause = file.command.flatMap { command in
      identity.map { AccountPause(command: command, user: $0.owner.name) }
    }
  }

  var isAccepted: Bool { file.rejections.isEmpty && identity != nil }

  /// Its jobs, its command, and the event of what was not taken; the latter two once for a file.
  func commit(to transaction: Transaction, _ registration: Registration, at now: Timestamp) throws {
    if isRepeat { return }
    for submission in file.submissions {
      try registration.register(submission, at: now, transaction)
    }
    if let pause, try transaction.noteFile(fingerprint, at: now) {
      try pause.apply(at: now, transaction, registration.routes)
    }
    if !file.rejections.isEmpty, try transaction.noteFile(fingerprint, at: now) {
      let event = rejection(at: now)
      try transaction.append(event, of: nil, to: registration.routes.channels(for: event))
    }
  }

  private func rejection(at now: Timestamp) -> EventDraft {
    let first = file.rejections.first.map(String.init(describing:)) ?? ""
    let more = file.rejections.count > 1 ? " (and \(file.rejections.count - 1) more)" : ""
    let share =
      file.submissions.isEmpty ? "" : "; \(file.submissions.count) other jobs of it are watched"
    var data = EventData(summary: "spool file \(name) is rejected: \(first)\(more)\(share)")
    data.file = name.description
    data.cause = first
    data.cure = "see the .reason file beside it in rejected/, correct it and submit it again"
    return EventDraft(.spoolRejected, at: now, data)
  }

  /// For the person who looks into `rejected/`.
  var reason: String {
    let taken = file.submissions.count
    let head =
      taken == 0
      ? "Nothing of this file was taken."
      : "\(taken) jobs of this file were taken and are watched; the following were not."
    return ([head] + file.rejections.map(\.description)).joined(separator: "\n")
  }
}
