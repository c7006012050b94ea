import Glibc
import JobWatchCore
import JobWatchFiles
import JobWatchStore
import Logging
import SystemPackage

/// Writes every event to the status log, in the order of `seq`, one JSON object per line.
///
/// A line counts as written once it is flushed and the cursor behind it (seq, inode) is committed. A crash between the
/// two leaves lines that the next start finds at the end of the file: no line is missing, and none is there twice.
package actor StatusLog {
  package nonisolated let name = "status log"

  private let path: String
  private let store: Store
  private let log: Logger
  private let operations: AppendFile.Operations
  private var file: AppendFile?
  private var written: Int64 = 0
  /// Behind the last flushed line, until it is committed.
  private var uncommitted: (seq: Int64, inode: UInt64)?
  /// The file that the cursor names. A line goes into another only once the cursor names that one: a start looks for
  /// lines behind the cursor in its file, wherever a rotation has put it.
  private var named: UInt64?

  /// Events of one write: limits the memory, and what a failed write repeats.
  private static let batch = 500
  /// The file is new after a rotation, which is seldom; a file system on which no look finds the same file is another
  /// matter.
  private static let reopenings = 10

  package init(path: String, store: Store, log: Logger, operations: AppendFile.Operations = AppendFile.Operations()) {
    self.path = path
    self.store = store
    self.log = log
    self.operations = operations
  }

  /// Writes one batch. A backlog takes several turns, because a long turn would look like a stall.
  package func work(at now: Moment) async throws -> Duration? {
    try await commitCursor()
    let after = written
    let events = try await store.read { try $0.events.all(after: after, limit: Self.batch) }
    guard let last = events.last else { return nil }
    let inode = try await append(Array(events.map(Self.line).joined()))
    written = last.seq
    uncommitted = (last.seq, inode)
    try await commitCursor()
    return events.count == Self.batch ? now.uptime : nil
  }

  /// Apart from the lines, which are not written a second time while the database cannot be written.
  private func commitCursor() async throws {
    guard let cursor = uncommitted else { return }
    let path = path
    try await store.write { try $0.setLogCursor(path, seq: cursor.seq, inode: cursor.inode) }
    (uncommitted, named) = (nil, cursor.inode)
  }

  /// - Returns: the inode of the file that holds the lines.
  private func append(_ bytes: [UInt8]) async throws -> UInt64 {
    for _ in 0..<Self.reopenings {
      let open = try file ?? AppendFile(path: path, operations: operations)
      file = open
      try open.finishCut()
      if !open.isRenamed {
        if open.inode != named {
          uncommitted = (written, open.inode)
          try await commitCursor()
        }
        try open.append(bytes)
        if !open.isDeleted { return open.inode }
      }
      file = nil
    }
    throw FileFailure("leads to another file at each look", path, EAGAIN)
  }

  /// Bytes of a line with its newline: log shippers cut longer ones, which breaks their JSON.
  static let lineLimit = 65_536

  /// The event as a line. The members of `data`, which is an object, follow those of the line.
  static func line(_ event: StoredEvent) -> [UInt8] {
    let head = #"{"v":1,"seq":\#(event.seq),"time":"\#(event.at)","event":"\#(event.kind)""#
    let members = EventData.text(event.data, within: lineLimit - head.utf8.count - 1).dropFirst()
    return Array((head + (members.first == "}" ? "" : ",") + members + "\n").utf8)
  }

  // MARK: Recovery

  /// Finds out up to which event the log is written, before anything new is told. Cuts a torn line, sets aside what is
  /// not the log's own, and lifts the event counter when the log is ahead of the database.
  ///
  /// Throws where the file cannot be opened or read. What is in it never keeps the daemon from starting.
  package func recover(at now: Moment, routes: RouteTable) async throws {
    let open = try AppendFile(path: path, operations: operations)
    let path = path
    let found = try await store.read { try Found(open, path, $0) }
    file = open
    found.rotated.map(cutRotated)
    if let reason = found.unread {
      log.warning(
        "the rotated status log cannot be read: its last lines may come twice", metadata: ["reason": "\(reason)"])
    }
    let repaired = repair(found.tail, open, at: now.wall)
    let logged = try await logged(found)
    written = logged
    let inode = try (file ?? AppendFile(path: path, operations: operations)).inode
    let isRestored = try await store.write { transaction in
      try transaction.setLogCursor(path, seq: logged, inode: inode)
      let last = try transaction.events.lastSeq()
      if logged > last {
        try transaction.events.liftCounter(to: logged)
        let event = EventDraft.restored(logged: logged, database: last, at: now.wall)
        try transaction.append(event, of: nil, to: routes.channels(for: event))
      }
      if let repaired { try transaction.append(repaired, of: nil, to: routes.channels(for: repaired)) }
      return logged > last
    }
    named = inode
    if isRestored {
      log.warning("the status log is ahead of the database: a backup was restored")
    }
  }

  /// What is known of the log before anything is done.
  private struct Found: Sendable {
    var cursor: Transaction.LogCursor?
    var tail: LogTail
    /// The file that the log was rotated to; nil: there is none, or it cannot be read.
    var rotated: (path: FilePath, tail: LogTail)?
    /// Why it cannot be read.
    var unread: String?
    /// The file that the cursor names was moved aside, and the daemon ended before that was stored.
    var wasSetAside = false

    init(_ file: AppendFile, _ path: String, _ transaction: Transaction) throws {
      let verifier = try LineVerifier(transaction.events)
      cursor = try transaction.logCursor(path)
      tail = try LogTail(of: file.descriptor, name: path, verifier, from: cursor?.seq)
      guard let cursor, cursor.inode != file.inode,
        let sibling = try LogDirectory(log: path).sibling(cursor.inode)
      else { return }
      wasSetAside = AsideFile.isOne(sibling, of: path)
      do {
        let other = try FileDescriptor.open(sibling, .readOnly, options: [.nonBlocking, .closeOnExec])
        rotated = try other.closeAfter { (sibling, try LogTail(of: other, name: sibling.string, verifier)) }
      } catch let error as Errno where [.tooManyOpenFiles, .tooManyOpenFilesInSystem].contains(error) {
        // It passes, and the next start reads what is there.
        throw FileFailure("cannot be opened", sibling.string, error.rawValue)
      } catch {
        // Its faults stop no start.
        unread = "\(sibling): \(error)"
      }
    }
  }

  /// The number up to which the log is written.
  private func logged(_ found: Found) async throws -> Int64 {
    let rotated = found.rotated?.tail.last?.seq
    if let here = found.tail.last?.seq { return max(here, rotated ?? 0) }
    // All that was in a foreign file is written again, from behind what the rotated files have, compressed ones included.
    // A file that was emptied or is new says that what was written before is elsewhere; a backup may know less of it.
    let isForeign = found.tail.isForeign || found.wasSetAside
    let known = isForeign ? 0 : rotated ?? found.cursor?.seq ?? 0
    guard let own = lastLine().flatMap({ ValidLine($0.bytes) }) else { return known }
    let verdict = try await store.read { try LineVerifier($0.events).verdict(own) }
    return verdict == .foreign ? known : max(known, own.seq)
  }

  /// Of all files of the log; nil: there is none, or an old file cannot be read, which stops no start.
  private func lastLine() -> LogLine? {
    do {
      return try StatusLogReader(path: path) { _ in }.last(1).last
    } catch {
      if (error as? LogUnreadable)?.isMissing == true { return nil }
      log.warning("a file of the status log cannot be read; its lines may come again", metadata: ["error": "\(error)"])
      return nil
    }
  }

  /// Cuts what a crash left at the end of a file that was rotated before this start. A later start would not look there.
  private func cutRotated(_ rotated: (path: FilePath, tail: LogTail)) {
    guard let tornAt = rotated.tail.tornAt else { return }
    do {
      let file = try FileDescriptor.open(rotated.path, .readWrite, options: [.nonBlocking, .closeOnExec, .noFollow])
      try file.closeAfter {
        try operations.truncate(file, tornAt)
        try operations.flush(file)
      }
    } catch {
      log.warning(
        "a torn line stays in a rotated status log", metadata: ["file": "\(rotated.path)", "reason": "\(error)"])
    }
  }

  /// Makes the file end with its last own line, and returns the event that tells it. If the disk refuses, the rest
  /// stays, and readers pass it over.
  private func repair(_ tail: LogTail, _ open: AppendFile, at now: Timestamp) -> EventDraft? {
    var outcome: Result<String, FileFailure>
    do throws(FileFailure) {
      if tail.isTorn { try open.cut(to: tail.end) }
      if tail.foreign == 0 { return nil }
      outcome = .success(try setAside(tail, open, at: now))
    } catch {
      outcome = .failure(error)
    }
    guard tail.foreign > 0 else {
      log.warning("a torn line stays in the status log", metadata: ["reason": "\(outcome)"])
      return nil
    }
    let event = EventDraft.repaired(path, isBroken: tail.isBroken, outcome, at: now)
    log.warning(
      "the status log did not end with a line of its own",
      metadata: [
        "file": "\(event.data.file ?? path)", "bytes": "\(tail.foreign)",
        "cure": "\(event.data.cure ?? "")",
      ])
    return event
  }

  /// - Returns: the path of what was set aside.
  private func setAside(_ tail: LogTail, _ open: AppendFile, at now: Timestamp) throws(FileFailure) -> String {
    if tail.isForeign {
      let aside = try AsideFile.move(path, at: now)
      file = nil
      return aside
    }
    let aside = try AsideFile.copy(open.descriptor, of: path, from: tail.end, at: now)
    do throws(FileFailure) {
      try open.cut(to: tail.end)
    } catch {
      // The bytes stay where they are, and the copy beside them is of no use.
      unlink(aside)
      throw error
    }
    return aside
  }
}

extension LineVerifier {
  init(_ events: EventTable) throws {
    let last = try events.lastSeq()
    self.init(lastSeq: last, lastAt: try events.find(last)?.at) { try events.find($0).map { ($0.at, $0.kind) } }
  }
}

extension EventDraft {
  fileprivate static func restored(logged: Int64, database: Int64, at now: Timestamp) -> EventDraft {
    var data = EventData(
      summary: "the database is older than the status log (seq \(database), logged \(logged)): "
        + "a backup was restored, and jobs submitted since must be submitted again")
    data.cause = "restored backup"
    data.cure = "submit the jobs again that the log shows as registered after seq \(database)"
    return EventDraft(.daemonRestored, at: now, data)
  }

  /// - Parameter outcome: the path of the bytes that are not the log's own, or why they could not be set aside.
  fileprivate static func repaired(
    _ path: String, isBroken: Bool, _ outcome: Result<String, FileFailure>, at now: Timestamp
  ) -> EventDraft {
    let found =
      isBroken
      ? "the status log was damaged; its lines from the damage on "
      : "the status log ended with bytes that jobwatch did not write; they "
    var data = EventData(summary: "")
    switch outcome {
    case .success(let aside):
      data.summary = found + "are now in \(aside)" + (isBroken ? ", and are written again" : "")
      data.file = aside
      data.cure = "look at \(aside); keep it until you know what it is"
    case .failure(let failure):
      data.summary =
        found + "stay in it, and " + (isBroken ? "are written once more behind them" : "readers pass them over")
      data.file = path
      data.cure = "they could not be set aside, because \(failure)"
    }
    data.cause = "a power cut damaged the log's end, or another program wrote to it"
    return EventDraft(.daemonRepaired, at: now, data)
  }
}
