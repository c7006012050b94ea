import Glibc

/// The user that the daemon runs as, with whose rights root looks at its files.
struct ServiceUser: Sendable {
  private let uid: uid_t
  private let gid: gid_t
  private let name: String
  /// Taken from the package, since no state directory tells yet.
  let isGuessed: Bool

  /// Nil for root.
  init?(ownerOf status: stat) {
    guard status.st_uid != 0 else { return nil }
    (uid, gid, isGuessed) = (status.st_uid, status.st_gid, false)
    name = getpwuid(uid).map { String(cString: $0.pointee.pw_name) } ?? "#\(uid)"
  }

  /// The user `jobwatch`, whom the package makes; nil: it is not here.
  static let usual = ServiceUser(named: "jobwatch")

  private init?(named name: String) {
    guard let entry = getpwnam(name) else { return nil }
    (uid, gid, isGuessed) = (entry.pointee.pw_uid, entry.pointee.pw_gid, true)
    self.name = name
  }

  /// Runs `body` with its rights, where root may take them. Of the whole process: for a command, not for a daemon.
  func acting<Value>(_ body: () -> Value) -> Value {
    let (mine, groups) = (getegid(), Self.groups())
    guard initgroups(name, gid) == 0 else { return body() }
    defer {
      seteuid(0)
      setegid(mine)
      setgroups(groups.count, groups)
    }
    guard setegid(gid) == 0, seteuid(uid) == 0 else { return body() }
    return body()
  }

  private static func groups() -> [gid_t] {
    var groups = [gid_t](repeating: 0, count: Int(max(getgroups(0, nil), 0)))
    return Array(groups.prefix(Int(max(getgroups(Int32(groups.count), &groups), 0))))
  }
}
