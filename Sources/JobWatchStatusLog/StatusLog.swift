import JobWatchCore
import JobWatchFiles
import JobWatchStore
import Logging

/// Writes every event to the status log, in the order of `seq`, one JSON object a line.
///
/// The log is a projection of the event table. A line counts as written once it is flushed and the cursor (seq,
/// inode) behind it is committed; a crash in between leaves lines that the next start finds by reading the tail of
/// the file that the cursor names, so no line is missing and none is there twice.
package actor StatusLog {
  package nonisolated let name = "status log"

  private let path: String
  private let store: Store
  private let log: Logger
  private let operations: AppendFile.Operations
  private var file: OpenLog?
  private var written: Int64 = 0
  /// Behind the last line, until it is committed.
  private var unmarked: Transaction.LogCursor?

  private final class OpenLog: Sendable {
    let file: AppendFile
    init(_ path: String, _ operations: AppendFile.Operations) throws(FileFailure) {
      file = try AppendFile(path: path, operations: operations)
    }
  }

  /// Events a write: bounds the memory, and what is repeated when it fails.
  private static let batch = 500

  package init(
    path: String, store: Store, log: Logger,
    operations: AppendFile.Operations = AppendFile.Operations()
  ) {
    self.path = path
    self.store = store
    self.log = log
    self.operations = operations
  }

  /// One batch a turn: a backlog must not keep the loop from being stopped, nor seem to be a stall.
  package func work(at now: Moment) async throws -> Duration? {
    try await mark()
    let after = written
    let events = try await store.read { try $0.events(after: after, limit: Self.batch) }
    guard let last = events.last else { return nil }
    let file = try append(events.map(Self.line).joined())
    written = last.seq
    unmarked = Transaction.LogCursor(seq: last.seq, inode: file.inode)
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
      let open = try file ?? OpenLog(path, operations)
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

  /// Bytes of a line, its newline included: shippers of logs cut longer ones, and what they make of it is no JSON.
  static let lineLimit = 65_536

  /// `data` is an object: its members follow those of the line.
  static func line(_ event: StoredEvent) -> [UInt8] {
    let head = #"{"v":1,"seq":\#(event.seq),"time":"\#(event.at)","event":"\#(event.kind)""#
    let members = EventData.text(event.data, within: lineLimit - head.utf8.count - 1).dropFirst()
    return Array((head + (members.first == "}" ? "" : ",") + members + "\n").utf8)
  }

  // MARK: Recovery

  /// Finds where the log stands, before anything new is told: cuts a torn line, sets aside what is not the log's own, looks
  /// for the tail in a rotated file, and lifts the event counter when the log is ahead of the database.
  ///
  /// Throws where the file can be neither opened nor read. What is in it never keeps the daemon from starting.
  package func recover(at now: Moment, routes: RouteTable) async throws {
    let open = try OpenLog(path, operations)
    let path = path
    let found = try await store.read { transaction in try Found(open.file, path, transaction) }
    file = open
    let damage = mend(found.tail, open, at: now.wall)
    let logged = try await logged(found)
    written = logged
    let inode = try (file ?? OpenLog(path, operations)).file.inode
    let restored = try await store.write { transaction in
      try transaction.setLogCursor(path, .init(seq: logged, inode: inode))
      let last = try transaction.lastSeq()
      if logged > last {
        try transaction.liftCounter(to: logged)
        let event = Self.restored(logged: logged, database: last, at: now.wall)
        try transaction.append(event, of: nil, to: routes.channels(for: event))
      }
      if let event = damage?.event(at: now.wall) {
        try transaction.append(event, of: nil, to: routes.channels(for: event))
      }
      return logged > last
    }
    if restored {
      log.warning("the status log is ahead of the database: a backup was restored")
    }
  }

  /// What is known of the log before anything is done.
  private struct Found: Sendable {
    var cursor: Transaction.LogCursor?
    var tail: LogTail
    /// The cursor names another file than the one that is there.
    var isElsewhere: Bool
    /// The last number in the file that the log was rotated to; nil when it is not there, or compressed.
    var rotated: Int64?
    /// What it names was not the log's own and was moved away, and then the daemon ended before it was stored that it has to
    /// be written anew.
    var wasSetAside = false

    init(_ file: borrowing AppendFile, _ path: String, _ transaction: Transaction) throws {
      let verifier = try LineVerifier(transaction)
      cursor = try transaction.logCursor(path)
      tail = try LogTail(of: file.descriptor, name: path, verifier, from: cursor?.seq)
      isElsewhere = cursor.map { [inode = file.inode] in $0.inode != inode } ?? false
      if let cursor, isElsewhere {
        rotated = RotatedLog.lastSeq(of: path, inode: cursor.inode, verifier)
        wasSetAside = AsideFile.holds(cursor.inode, of: path)
      }
    }
  }

  /// The number up to which the log is written.
  private func logged(_ found: Found) async throws -> Int64 {
    if let here = found.tail.last?.seq { return max(here, found.rotated ?? 0) }
    if found.tail.isForeign || found.wasSetAside {
      // All that was in it is to be written anew, from behind what the rotated files have.
      let path = path
      let last = try await store.read { transaction in
        try RotatedLog.lastSeq(of: path, LineVerifier(transaction))
      }
      return last ?? 0
    }
    // Emptied, or new: what was written before is elsewhere.
    return found.rotated ?? found.cursor?.seq ?? 0
  }

  /// What was not the log's own, and what became of it.
  private struct Damage {
    var path: String
    var bytes: Int
    /// Lines are missing before it.
    var isBroken: Bool
    var outcome: Result<String, FileFailure>

    func event(at now: Timestamp) -> EventDraft {
      var data = EventData(summary: "")
      switch outcome {
      case .success(let aside):
        data.summary =
          isBroken
          ? "the status log was damaged; its lines from the damage on are now in \(aside), and are written anew"
          : "the status log ended with bytes that jobwatch did not write; they are now in \(aside)"
        data.file = aside
        data.cure =
          "look at \(aside); keep it until you know what it is"
      case .failure(let failure):
        data.summary =
          isBroken
          ? "the status log was damaged; its lines from the damage on stay in it, and are written once more behind them"
          : "the status log ended with bytes that jobwatch did not write; they stay in it, and readers pass them over"
        data.file = path
        data.cure = "they could not be set aside, because \(failure)"
      }
      data.cause = "a power cut damaged the log's end, or another program wrote to it"
      return EventDraft(.daemonRepaired, at: now, data)
    }
  }

  /// Makes the file end with the last line of its own, as far as the disk lets it: where it does not, the rest stays, and is
  /// passed over by readers.
  private func mend(_ tail: LogTail, _ open: OpenLog, at now: Timestamp) -> Damage? {
    var outcome: Result<String, FileFailure>
    do throws(FileFailure) {
      if tail.isTorn { try open.file.cut(to: tail.end) }
      if tail.foreign == 0 { return nil }
      outcome = .success(try setAside(tail, open, at: now))
    } catch {
      outcome = .failure(error)
    }
    guard tail.foreign > 0 else {
      log.warning("a torn line stays in the status log", metadata: ["reason": "\(outcome)"])
      return nil
    }
    let damage = Damage(
      path: path, bytes: tail.foreign, isBroken: tail.isBroken, outcome: outcome)
    let data = damage.event(at: now).data
    log.warning(
      "the status log did not end with a line of its own",
      metadata: [
        "file": "\(data.file ?? path)", "bytes": "\(damage.bytes)", "cure": "\(data.cure ?? "")",
      ])
    return damage
  }

  private func setAside(_ tail: LogTail, _ open: OpenLog, at now: Timestamp)
    throws(FileFailure) -> String
  {
    if tail.isForeign {
      let aside = try AsideFile.move(path, at: now)
      file = nil
      return aside
    }
    let aside = try AsideFile.copy(
      open.file.descriptor, of: path, from: tail.end, at: now)
    do throws(FileFailure) {
      try open.file.cut(to: tail.end)
    } catch {
      // It stays where it is: there is nothing to look at beside it.
      AsideFile.discard(aside)
      throw error
    }
    return aside
  }

  private static func restored(logged: Int64, database: Int64, at now: Timestamp) -> EventDraft {
    var data = EventData(
      summary: "the database is older than the status log (seq \(database), logged \(logged)): "
        + "a backup was restored, and jobs submitted since must be submitted again")
    data.cause = "restored backup"
    data.cure = "submit the jobs again that the log shows as registered after seq \(database)"
    return EventDraft(.daemonRestored, at: now, data)
  }
}
