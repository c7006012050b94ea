import Foundation
import JobWatchCore
import JobWatchStore
import Logging

/// Writes every event to the status log, in the order of `seq`, one JSON object a line.
///
/// The log is a projection of the event table. A line counts as written once it is flushed and the cursor (seq,
/// inode) behind it is committed; a crash in between leaves lines that the next start finds by reading the tail of
/// the file that the cursor names, so no line is missing and none is there twice.
actor StatusLog: Worker {
  nonisolated let name = "status log"

  private let path: String
  private let store: Store
  private let log: Logger
  private var file: OpenLog?
  private var written: Int64 = 0
  /// Behind the last line, until it is committed.
  private var unmarked: Ledger.LogCursor?

  private final class OpenLog {
    let file: AppendFile
    init(path: String) throws(FileFailure) { file = try AppendFile(path: path) }
  }

  /// Events a write: bounds the memory, and what is repeated when it fails.
  private static let batch = 500

  init(path: String, store: Store, log: Logger) {
    self.path = path
    self.store = store
    self.log = log
  }

  /// One batch a turn: a backlog must not keep the loop from being stopped, nor seem to be a stall.
  func work(at now: Moment) async throws -> Duration? {
    try await mark()
    let after = written
    let events = try await store.read { try $0.events(after: after, limit: Self.batch) }
    guard let last = events.last else { return nil }
    let file = try append(events.map(Self.line).joined())
    written = last.seq
    unmarked = Ledger.LogCursor(seq: last.seq, inode: file.inode)
    try await mark()
    return events.count == Self.batch ? now.uptime : nil
  }

  /// Apart from the lines: while the database cannot be written they are not written a second time.
  private func mark() async throws {
    guard let cursor = unmarked else { return }
    let path = path
    try await store.write { try $0.setLogCursor(path, cursor) }
    unmarked = nil
  }

  private func append(_ lines: some Sequence<UInt8>) throws -> Written {
    let bytes = Array(lines)
    while true {
      let open = try file ?? OpenLog(path: path)
      file = open
      if open.file.isRenamed {
        file = nil
        continue
      }
      try open.file.append(bytes)
      if !open.file.isDeleted { return Written(inode: open.file.inode) }
      file = nil
    }
  }

  private struct Written { var inode: UInt64 }

  /// `data` is an object: its members follow those of the line.
  private static func line(_ event: StoredEvent) -> [UInt8] {
    let head = #"{"v":1,"seq":\#(event.seq),"time":"\#(event.at)","event":"\#(event.kind)""#
    let members = event.data.dropFirst()
    return Array((head + (members.first == "}" ? "" : ",") + members + "\n").utf8)
  }

  // MARK: Recovery

  /// Finds where the log stands, before anything new is told: cuts a torn line, looks for the tail in a rotated
  /// file, and lifts the event counter when the log is ahead of the database.
  func recover(at now: Moment, routes: RouteTable) async throws {
    let open = try OpenLog(path: path)
    file = open
    let path = path
    let cursor = try await store.read { try $0.logCursor(path) }
    let here = try Self.seq(of: open.file.cutTornTail())
    let logged: Int64
    if let cursor, cursor.inode != open.file.inode {
      let rotated = try rotatedTail(cursor.inode) ?? cursor.seq
      logged = max(here ?? 0, rotated)
    } else {
      logged = here ?? cursor?.seq ?? 0
    }
    written = logged
    let inode = open.file.inode
    let restored = try await store.write { ledger in
      try ledger.setLogCursor(path, .init(seq: logged, inode: inode))
      let last = try ledger.lastSeq()
      guard logged > last else { return false }
      try ledger.liftCounter(to: logged)
      let event = Self.restored(logged: logged, database: last, at: now.wall)
      try ledger.append(event, of: nil, to: routes.channels(for: event))
      return true
    }
    if restored {
      log.warning("the status log is ahead of the database: a backup was restored")
    }
  }

  private static func restored(logged: Int64, database: Int64, at now: Timestamp) -> EventDraft {
    var data = EventData(
      summary: "the database is older than the status log (seq \(database), logged \(logged)): "
        + "a backup was restored, and jobs submitted since must be submitted again")
    data.cause = "restored backup"
    data.cure = "submit the jobs again that the log shows as registered after seq \(database)"
    return EventDraft(.daemonRestored, at: now, data)
  }

  /// The last line's number in the file that the log was rotated to; nil when it is not there or compressed.
  private func rotatedTail(_ inode: UInt64) throws -> Int64? {
    let directory = (path as NSString).deletingLastPathComponent
    let stem = (path as NSString).lastPathComponent
    for name in try FileManager.default.contentsOfDirectory(atPath: directory)
    where name.hasPrefix(stem) && name != stem {
      var status = stat()
      let sibling = directory + "/" + name
      guard stat(sibling, &status) == 0, UInt64(status.st_ino) == inode else { continue }
      return try Self.seq(of: AppendFile(path: sibling).cutTornTail())
    }
    return nil
  }

  private static func seq(of line: [UInt8]?) throws -> Int64? {
    guard let line else { return nil }
    struct Numbered: Decodable { var seq: Int64 }
    do {
      return try JSONDecoder().decode(Numbered.self, from: Data(line)).seq
    } catch {
      throw UnreadableLog()
    }
  }

  /// The last line is whole and not ours.
  struct UnreadableLog: Error, CustomStringConvertible {
    var description: String {
      "the last line of the status log is not one of jobwatch's: move the file away, and what it "
        + "lacks is written anew"
    }
  }
}
