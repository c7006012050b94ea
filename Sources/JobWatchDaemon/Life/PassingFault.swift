import JobWatchFiles
import JobWatchStore

/// A reason not to start that may be gone by itself. systemd starts the service again after one; a lasting one
/// needs a person, and a full disk at night must not be taken for that.
package protocol PassingFault: Error {
  var mayPass: Bool { get }
}

/// A reason not to go on: thrown by a worker, it ends the daemon, since only a person can help.
package protocol LastingFault: Error {}

extension StoreError: PassingFault {
  package var mayPass: Bool { kind == .passing }
}

extension FileFailure: PassingFault {}
