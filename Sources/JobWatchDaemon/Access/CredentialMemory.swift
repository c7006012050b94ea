import Synchronization

/// What one configuration knew of the credentials, for the next one to go on with.
///
/// All else that the workers of one configuration hand to the next is in the rows. This is not, because what log-ins bring must never be
/// in the database; and without it each reload would cost a refused call per wrong key, of which five lock it, and a
/// log-in per account. A restart of the process, which is rare, begins anew.
///
/// It is written by a poller that ends and taken by one that is at work, so that a configuration which never came to
/// work leaves it to the one after.
package final class CredentialMemory: Sendable {
  private let accounts = Mutex<Accounts?>(nil)

  package init() {}

  func keep(_ last: Accounts) { accounts.withLock { $0 = last } }

  /// Nil when there was no configuration before.
  func take() -> Accounts? {
    accounts.withLock { book in
      defer { book = nil }
      return book
    }
  }
}
