import Foundation
import Glibc
import JobWatchConfiguration
import JobWatchCore
import JobWatchFiles

/// One daemon per state directory and per spool: held for the life of the process, released by the kernel whatever ends
/// it.
struct DaemonLock: Sendable {
  private let descriptor: Int32

  package struct Held: RetryableError, CustomStringConvertible {
    package var description: String
    package var mayPass: Bool { true }
  }

  static func path(in directory: String) -> String { directory + "/jobwatch.lock" }

  init(directory: String) throws {
    let path = Self.path(in: directory)
    var file = open(path, O_RDWR | O_CREAT | O_NONBLOCK | O_CLOEXEC, 0o600)
    let code = errno
    // A file that may only be read can be locked as well, and so can a directory.
    if file < 0 { file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC) }
    guard file >= 0 else { throw FileFailure("cannot be opened", path, code) }
    descriptor = file
    let failure = try lock(directory, key: "state_dir")
    guard failure == 0 else {
      release()
      throw FileFailure("cannot be locked", path, failure)
    }
  }

  /// Locks the directory itself: its content is the submitters'. Two daemons on one spool would share out its files, each
  /// with a part of the jobs. Where a directory cannot be locked, as on NFS, nothing is.
  init(spool: String) throws {
    descriptor = open(spool, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw FileFailure("cannot be opened", spool, errno) }
    _ = try lock(spool, key: "spool_dir")
  }

  /// Returns why it cannot be locked, or 0.
  private func lock(_ directory: String, key: String) throws -> Int32 {
    guard flock(descriptor, LOCK_EX | LOCK_NB) != 0 else { return 0 }
    let failure = errno
    guard failure == EWOULDBLOCK else { return failure }
    release()
    throw Held(description: "another jobwatch runs on \(directory): stop it, or name another \(key)")
  }

  /// Writes who holds the lock. Where that fails (a full disk, no right to write), `check` knows less.
  func write(_ record: DaemonRecord) {
    guard let text = try? StoredJSON.text(record), ftruncate(descriptor, 0) == 0 else { return }
    _ = Array(text.utf8).withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  func release() { close(descriptor) }
}

/// What a running daemon says of itself in its lock file, by which `check` knows what a reload would refuse.
package struct DaemonRecord: Codable, Sendable, Hashable {
  package let pid: Int32
  /// The absolute path of its configuration.
  package let configuration: String
  let places: [String: String]

  init(of configuration: DecodedConfiguration) {
    pid = getpid()
    self.configuration = FilePlace.real(configuration.file) ?? configuration.file
    places = Self.places(of: configuration.value)
  }

  /// What only a restart can change, by the keys of the configuration.
  static func places(of configuration: Configuration) -> [String: String] {
    [
      "state_dir": configuration.stateDirectory, "spool_dir": configuration.spoolDirectory,
      "status_log": configuration.statusLog,
    ]
  }

  /// Why a daemon that works in `places` cannot take a configuration.
  static func faults(moving places: [String: String], to new: Configuration) -> [StartFault] {
    Self.places(of: new).sorted { $0.key < $1.key }.compactMap { key, after in
      guard let before = places[key], before != after else { return nil }
      return StartFault(
        place: .key(key),
        message: "is \(before) and cannot become \(after) while jobwatch runs: restart needed "
          + "(systemctl restart jobwatch)")
    }
  }

  /// The daemon that reads this configuration, or works in its state directory; nil where this user sees none.
  package static func running(with configuration: DecodedConfiguration) -> DaemonRecord? {
    let file = FilePlace.real(configuration.file) ?? configuration.file
    let records = names(in: "/proc").compactMap { Int32($0) }.compactMap(record)
    return records.first { $0.configuration == file }
      ?? records.first { $0.places["state_dir"] == configuration.value.stateDirectory }
  }

  /// Variables of its environment; nil where this user may not see them.
  package var environment: [String: String]? {
    guard let bytes = FileManager.default.contents(atPath: "/proc/\(pid)/environ") else { return nil }
    let pairs = bytes.split(separator: 0).compactMap { entry -> (String, String)? in
      let parts = entry.split(
        separator: UInt8(ascii: "="), maxSplits: 1, omittingEmptySubsequences: false
      ).map { String(decoding: $0, as: UTF8.self) }
      return parts.count == 2 ? (parts[0], parts[1]) : nil
    }
    return Dictionary(pairs) { first, _ in first }
  }

  private static func names(in directory: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
  }

  /// Found by the lock that the process holds open, because a record may also be of a process that is gone.
  private static func record(of pid: Int32) -> DaemonRecord? {
    for name in names(in: "/proc/\(pid)/fd") {
      let link = "/proc/\(pid)/fd/\(name)"
      let target = try? FileManager.default.destinationOfSymbolicLink(atPath: link)
      guard target?.hasSuffix(DaemonLock.path(in: "")) == true, let bytes = FileManager.default.contents(atPath: link),
        let record = try? JSONDecoder().decode(DaemonRecord.self, from: bytes), record.pid == pid
      else { continue }
      return record
    }
    return nil
  }
}
