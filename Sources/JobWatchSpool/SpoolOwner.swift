import Glibc

/// The owner of a spool file.
package struct SpoolOwner: Sendable, Hashable {
  let uid: uid_t

  /// Everybody who may write into the spool may submit; only root and the daemon's own user may command.
  var mayCommand: Bool { uid == 0 || uid == geteuid() }

  /// Its name, or `uid 1234` for a user that is not known here.
  package var name: String {
    var entry = passwd()
    var found: UnsafeMutablePointer<passwd>?
    var buffer = [CChar](repeating: 0, count: 16_384)
    guard getpwuid_r(uid, &entry, &buffer, buffer.count, &found) == 0, found != nil,
      let name = entry.pw_name
    else { return "uid \(uid)" }
    return String(cString: name)
  }
}
