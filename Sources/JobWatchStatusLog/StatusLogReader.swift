import Glibc
import JobWatchCore

/// Reads the status log: the rotated files and the current one, in the order of `seq`, each line once, in constant
/// memory. When files are renamed, compressed or copied meanwhile, it lists them again and skips what it has read.
package final class StatusLogReader {
  private let directory: LogDirectory
  private let filter: LogFilter
  private let onTrouble: (String) -> Void
  private var toldTroubles: Set<String> = []

  /// The number of the last line that was read, wanted or not.
  package private(set) var lastSeq: Int64 = 0

  /// Before this time, as the log writes it, no line is wanted.
  private let earliest: [UInt8]?

  /// The newest file that holds lines, open where it was left.
  private var current: (segment: LogSegment, lines: LineReader)?

  /// Lines are skipped by their time only with this margin, because the wall clock may have been set back.
  private static let clockSlack = Duration.hours(1)
  /// Rotations during one read after which it gives up.
  private static let tries = 10
  /// A number so far from the one before is believed only when a greater one follows.
  private static let leap: Int64 = 1_000_000
  /// Lines between two checks for cancellation.
  private static let stride = 4096

  /// - Parameter onTrouble: told what could not be read, each matter once.
  package init(path: String, filter: LogFilter = LogFilter(), onTrouble: @escaping (String) -> Void) {
    directory = LogDirectory(log: path)
    self.filter = filter
    earliest = filter.since.map { Array("\($0 - Self.clockSlack)".utf8) }
    self.onTrouble = onTrouble
  }

  /// Hands over every wanted line after `lastSeq` that is there by now. Throws `LogUnreadable`, what `take` throws,
  /// and `CancellationError` when the task is cancelled.
  package func read(_ take: (LogLine) throws -> Void) throws {
    if let (segment, lines) = current {
      let stays = try isCurrent(segment, lines)
      lines.rewind()
      lastSeq = try drain(lines, of: segment, after: lastSeq, take)
      if stays { return }
    }
    current = nil
    try retryingRotations { try readSegments(take) }
  }

  /// The last `count` wanted lines, oldest first. Throws as `read` does.
  package func last(_ count: Int) throws -> [LogLine] {
    try retryingRotations { try lastLines(count) }
  }

  /// - Parameter attempt: nil where a file was renamed between the listing and the reading.
  private func retryingRotations<Value>(_ attempt: () throws -> Value?) throws -> Value {
    for _ in 0..<Self.tries {
      if let value = try attempt() { return value }
    }
    throw LogUnreadable(directory.log, EAGAIN)
  }

  private func readSegments(_ take: (LogLine) throws -> Void) throws -> Void? {
    let segments = try directory.segments(tell: tell)
    for (index, segment) in segments.enumerated() {
      if index + 1 < segments.count, isEarly(before: segments[index + 1]) { continue }
      guard let lines = try segment.open() else { return nil }
      try lines.skip(isEarly)
      lastSeq = try drain(lines, of: segment, after: lastSeq, take)
      if segment.first != nil, !segment.isCompressed { current = (segment, lines) }
    }
    return ()
  }

  /// Reads from the newest file backwards, no further than needed. Nil where a file was renamed meanwhile.
  private func lastLines(_ count: Int) throws -> [LogLine]? {
    let segments = try directory.segments(tell: tell)
    var found: [LogLine] = []
    var newest = lastSeq
    var end = Int64.max
    for (index, segment) in segments.enumerated().reversed() where found.count < count {
      if index + 1 < segments.count, isEarly(before: segments[index + 1]) { break }
      guard let lines = try segment.open() else { return nil }
      let missing = count - found.count
      let tail =
        try backwards(lines, of: segment, missing, before: end) ?? forwards(lines, of: segment, missing, before: end)
      newest = max(newest, tail.newest)
      end = min(end, segment.first?.seq ?? end)
      found = tail.lines + found
    }
    lastSeq = newest
    return found
  }

  /// The last wanted lines of a file, and the number of its last line.
  private typealias Tail = (lines: [LogLine], newest: Int64)

  private func forwards(_ lines: LineReader, of segment: LogSegment, _ count: Int, before end: Int64) throws -> Tail {
    try lines.skip(isEarly)
    var tail: [LogLine] = []
    let newest = try drain(lines, of: segment, after: 0) { line in
      guard line.seq < end else { return }
      tail.append(line)
      // Cut only when twice as long: each line is moved at most once.
      if tail.count >= 2 * count + 16 { tail.removeFirst(tail.count - count) }
    }
    return (tail.suffix(count), newest)
  }

  /// Reads no further than needed. Nil for a compressed file, and where a line's number is not the one before the next
  /// line's: which of them are the log's own shows from the beginning only.
  private func backwards(_ lines: LineReader, of segment: LogSegment, _ count: Int, before end: Int64) throws -> Tail? {
    guard var reversed = lines.reversed else { return nil }
    var (tail, foreign): ([LogLine], Int) = ([], 0)
    var (newest, lowest): (Int64?, Int64?) = (nil, nil)
    var untilCheck = Self.stride
    // The line before the last one tells whether the last one's number can be true.
    while tail.count < count || lowest == newest, let line = try reversed.next() {
      untilCheck -= 1
      if untilCheck == 0 {
        try Task.checkCancellation()
        untilCheck = Self.stride
      }
      guard line.isEnded else { continue }
      guard let (seq, isEarly, candidate) = line.bytes.withUnsafeBytes(examine) else {
        foreign += 1
        continue
      }
      if let lowest, seq != lowest - 1 { return nil }
      (newest, lowest) = (newest ?? seq, seq)
      if isEarly { break }
      guard let candidate, seq < end else { continue }
      if filter.admits(candidate) { tail.append(candidate) } else if !LogLine.isJSON(candidate.bytes) { foreign += 1 }
    }
    tell(foreign: foreign, in: segment)
    return (tail.prefix(count).reversed(), newest ?? 0)
  }

  private func examine(_ bytes: UnsafeRawBufferPointer) -> (seq: Int64, isEarly: Bool, candidate: LogLine?)? {
    LogHead(bytes).map { ($0.seq, isEarly($0), filter.mayAdmit($0) ? LogLine($0) : nil) }
  }

  private func isEarly(_ head: LogHead) -> Bool { earliest.map(head.time.lexicographicallyPrecedes) ?? false }

  /// All lines before `next` were read already, or are older than wanted.
  private func isEarly(before next: LogSegment) -> Bool {
    guard let (seq, time) = next.first else { return false }
    if seq <= lastSeq + 1 { return true }
    guard let since = filter.since, let reached = Timestamp(iso8601: time) else { return false }
    return reached < since - Self.clockSlack
  }

  /// Whether the log still grows in the open file: until another file holds a later line, under the log's name or
  /// rotated in its turn, the writer may append to the old one.
  private func isCurrent(_ segment: LogSegment, _ lines: LineReader) throws -> Bool {
    var status = stat()
    let isThere = stat(directory.log, &status) == 0
    if isThere, UInt64(status.st_ino) == segment.inode { return lines.isUncut }
    guard isThere ? status.st_size == 0 : errno == ENOENT else { return false }
    return try !directory.segments(tell: tell).contains { $0.first?.seq ?? 0 > lastSeq }
  }

  /// Hands over the wanted lines after `seq`, and returns the number of the last line, wanted or not.
  private func drain(
    _ lines: LineReader, of segment: LogSegment, after seq: Int64,
    _ take: (LogLine) throws -> Void
  ) throws -> Int64 {
    var last = seq
    var leapt: Int64?
    var foreign = 0
    var untilCheck = Self.stride
    while let bytes = try lines.next() {
      untilCheck -= 1
      if untilCheck == 0 {
        try Task.checkCancellation()
        untilCheck = Self.stride
      }
      guard let head = LogHead(bytes) else {
        foreign += 1
        continue
      }
      guard head.seq > last else { continue }
      // A line that another program has put there must not hide those that follow.
      if last > 0, head.seq - last > Self.leap, head.seq <= leapt ?? .max {
        leapt = head.seq
      } else {
        if let leapt, head.seq < leapt {
          tell("\(segment.name): the number \(leapt) stands before smaller ones: it is no line of jobwatch's")
        }
        (last, leapt) = (head.seq, nil)
      }
      guard filter.mayAdmit(head) else { continue }
      let line = LogLine(head)
      if filter.admits(line) { try take(line) } else if !LogLine.isJSON(line.bytes) { foreign += 1 }
    }
    tell(foreign: foreign, in: segment)
    if !lines.isWhole { tell("\(segment.name) is damaged: only its beginning could be read") }
    return last
  }

  private func tell(foreign count: Int, in segment: LogSegment) {
    if count > 0 { tell("\(segment.name): \(count) lines that jobwatch did not write are left out") }
  }

  private func tell(_ trouble: String) {
    if toldTroubles.insert(trouble).inserted { onTrouble(trouble) }
  }
}
