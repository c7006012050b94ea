import JobWatchCore

/// The one shape of everything that repeats: do what is due now, say when to be woken.
package protocol Worker: Sendable {
  /// For the log.
  var name: String { get }

  /// Does what is due and returns the uptime at which more will be; nil: nothing is known to come.
  ///
  /// Throws when the work could not be done for now; the loop logs it and tries again. A `LastingFault` ends the daemon.
  func work(at now: Moment) async throws -> Duration?

  /// Ends what `work` has started and left running.
  func finish() async
}

extension Worker {
  package func finish() async {}
}
