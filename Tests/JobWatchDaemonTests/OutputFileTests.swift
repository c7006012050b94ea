import Foundation
import JobWatchCore
import JobWatchStore
import TestSupport
import Testing

@testable import JobWatchDaemon
@testable import JobWatchSpool

/// Every file that jobwatch writes, and what becomes of a start that finds something else in its place:
///
///     status log                        harm is set aside (`A status log in whatever state`); no plain file: refused with the cure
///     status.log.damaged-*              another name is taken
///     rotated logs                      only read; what is wrong with them is passed over
///     jobwatch.lock                     locked, whatever it is; what it cannot take is not written
///     jobwatch.db.new, .before-N        a directory is kept as .aside-N (`A place for a file of the database's`)
///     jobwatch.db, -wal, -shm           refused with the cure: the database is no output, see jobwatch(8)
///     spool rejected/                   a file in its place is kept as rejected.aside-N
///     rejected/FILE, FILE.reason        another name is taken
///     journal's socket, sd_notify       standard error, or nothing (`LogOutputTests`, `ServiceManagerTests`)
///     standard error                    bounded, then passed over (`LogOutputTests`)
///     backup FILE                       the command's own, which refuses what is there (`DatabaseCopyTests`)
@Suite struct `What stands in the place of a file of jobwatch's` {
  private let scratch: TemporaryDirectory
  private var place: String { scratch.path }

  init() throws {
    scratch = try TemporaryDirectory()
  }

  enum Thing: CaseIterable, Sendable {
    case directory, fifo, text, link

    func make(at path: String) throws {
      switch self {
      case .directory:
        try FileManager.default.createDirectory(atPath: path + "/within", withIntermediateDirectories: true)
      case .fifo: try #require(mkfifo(path, 0o400) == 0)
      case .text: try Data("text".utf8).write(to: URL(filePath: path))
      case .link:
        try Data("text".utf8).write(to: URL(filePath: path + "-target"))
        try FileManager.default.createSymbolicLink(atPath: path, withDestinationPath: path + "-target")
      }
    }
  }

  @Test("is locked as the lock", .timeLimit(.minutes(10)), arguments: Thing.allCases)
  func lock(_ thing: Thing) throws {
    try thing.make(at: place + "/jobwatch.lock")
    let lock = try DaemonLock(directory: place)
    #expect(throws: DaemonLock.Held.self) { try DaemonLock(directory: place) }
    lock.release()
    while true {
      do {
        return try DaemonLock(directory: place).release()
      } catch is DaemonLock.Held {
        // A process that another test begins has a copy of the file until it runs its program.
        sched_yield()
      }
    }
  }

  @Test("is kept beside rejected/", arguments: [Thing.fifo, .text, .link])
  func rejected(_ thing: Thing) throws {
    let spool = SpoolDirectory(path: place)
    try thing.make(at: spool.rejected)
    try spool.prepare()
    try reject("bad", in: spool)
    try spool.prepare()
    var status = stat()
    #expect(lstat(spool.rejected + ".aside-1", &status) == 0)
    #expect(lstat(spool.rejected + ".aside-2", &status) != 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: spool.rejected).sorted() == ["bad", "bad.reason"])
  }

  @Test("gives a rejected file another name", arguments: ["bad", "bad.reason"])
  func reason(_ name: String) throws {
    let spool = SpoolDirectory(path: place)
    try spool.prepare()
    try Thing.directory.make(at: "\(spool.rejected)/\(name)")
    try reject("bad", in: spool)
    let names = try FileManager.default.contentsOfDirectory(atPath: spool.rejected)
    #expect(Set(names) == [name, "bad.2", "bad.2.reason"])
  }

  private func reject(_ name: String, in spool: SpoolDirectory) throws {
    try Data("nonsense".utf8).write(to: URL(filePath: "\(spool.incoming)/\(name)"))
    let name = SpoolDirectory.Name(bytes: Array(name.utf8))
    let content = spool.content(of: name, isWhole: true, at: SystemClock.now().wall)
    guard case .bytes(_, let own, let identity) = content else { throw CancellationError() }
    let settlement = try spool.reject(own, identity, reason: "it is nonsense")
    #expect(settlement == .done)
  }
}
