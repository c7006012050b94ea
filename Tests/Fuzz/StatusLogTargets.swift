import JobWatchCore
import SystemPackage

@testable import JobWatchStatusLog

extension FuzzTarget {
  /// The status log with what rotation, power cuts and other programs have made of it.
  static let statusLog = [
    // A byte that says how, then the content of a file: its lines forwards, backwards and out of gzip.
    FuzzTarget("lines", lines),
    // One line.
    FuzzTarget("heads") { try head($0.filter { $0 != 10 }) },
    // A text of a cloud or a person, as it comes into a line.
    FuzzTarget("told") { try told(String(decoding: $0, as: UTF8.self)) },
    // A script: a log and its rotated files, read as it grows.
    FuzzTarget("logs", logs),
    // A script: the end of a log, as a start finds it.
    FuzzTarget("tails", tails),
  ]

  private static let time = Timestamp(milliseconds: 1_795_219_200_000)

  // MARK: Lines

  private static func lines(_ input: [UInt8]) throws {
    guard let how = input.first else { return }
    let content = Array(input.dropFirst())
    switch how {
    // A long line, so that a chunk of the reader ends within the content. Rare, because it takes long.
    case 0...7: try plain(filler(how) + content)
    case 8...15: try plain(content + filler(how))
    case 16...23: try compressed(filler(how) + content, cut: 65_000)
    case 24...79: try plain(content)
    case 80...127: try compressed(content, cut: content.count / 2)
    case 128...191: try damaged(content)
    default: try require(read(content, isCompressed: true).lines.allSatisfy { !$0.contains(10) }, "a line of two")
    }
  }

  private static func filler(_ how: UInt8) -> [UInt8] {
    [UInt8](repeating: UInt8(ascii: "x"), count: 65_536 - Int(how % 8) * 8) + [10]
  }

  /// Read forwards, while the file grows, and backwards.
  private static func plain(_ bytes: [UInt8]) throws {
    let file = try ScratchFile(bytes[..<(bytes.count / 2)])
    defer { withExtendedLifetime(file) {} }
    let reader = try LineReader(try file.opened(), name: "log", isCompressed: false)
    var forward = try rest(of: reader)
    try file.append(bytes[(bytes.count / 2)...])
    try require(reader.isUncut, "a log that grows was cut")
    reader.rewind()
    forward += try rest(of: reader)
    let (ended, torn) = split(bytes)
    try require(forward == ended, "\(forward.count) of \(ended.count) lines")
    try require(reader.offset == bytes.count - torn.count, "\(reader.offset) of \(bytes.count) bytes")
    var (backward, end): ([[UInt8]], Int64) = ([], Int64(bytes.count))
    var reverse = ReverseLineReader(file.descriptor, name: "log")
    while let line = try reverse.next() {
      try require(line.end == end && reverse.position == line.start, "bytes between two lines")
      try require(line.isEnded || backward.isEmpty, "a torn line amid others")
      end = line.start
      backward.append(line.bytes)
    }
    try require(backward.reversed() == ended + (torn.isEmpty ? [] : [torn]), "other lines backwards")
  }

  /// Of two files that were joined after they had been compressed.
  private static func compressed(_ bytes: [UInt8], cut: Int) throws {
    let found = try read(gzip(bytes[..<cut]) + gzip(bytes[cut...]), isCompressed: true)
    try require(found.isWhole && found.lines == split(bytes).ended, "\(found.lines.count) lines out of gzip")
  }

  /// Cut off, or with a byte changed: a place in two bytes, what is changed in one, then the content.
  private static func damaged(_ input: [UInt8]) throws {
    guard input.count > 3 else { return }
    let written = split(Array(input[3...])).ended
    var bytes = try gzip(input[3...])
    let place = (Int(input[0]) << 8 | Int(input[1])) % bytes.count
    if input[2] == 0 { bytes.removeSubrange(place...) } else { bytes[place] ^= input[2] }
    let found = try read(bytes, isCompressed: true)
    if input[2] == 0 {
      try require(!found.isWhole && written.starts(with: found.lines), "lines that were not written")
    } else {
      try require(!found.isWhole || found.lines == written, "damage that is not told")
    }
  }

  private static func read(_ bytes: [UInt8], isCompressed: Bool) throws -> (lines: [[UInt8]], isWhole: Bool) {
    let reader = try LineReader(try ScratchFile(bytes[...]).opened(), name: "log", isCompressed: isCompressed)
    return (try rest(of: reader), reader.isWhole)
  }

  private static func rest(of reader: LineReader) throws -> [[UInt8]] {
    var lines: [[UInt8]] = []
    while let line = try reader.next() { lines.append(Array(line)) }
    return lines
  }

  private static func split(_ bytes: [UInt8]) -> (ended: [[UInt8]], torn: [UInt8]) {
    let parts = bytes.split(separator: 10, omittingEmptySubsequences: false).map { Array($0) }
    return (parts.dropLast(), parts.last ?? [])
  }

  // MARK: One line

  private static func head(_ line: [UInt8]) throws {
    let valid = ValidLine(line)
    guard let whole = line.withUnsafeBytes({ LogHead($0).map(LogLine.init) }) else {
      return try require(valid == nil, "a whole line without a head")
    }
    try require(line.starts(with: whole.bytes) && !whole.bytes.contains { $0 < 0x20 }, "another line")
    if let valid {
      try require((valid.seq, valid.event) == (whole.seq, whole.event) && "\(valid.time)" < "A", "another head")
    }
    _ = whole.summary
    // Other programs' lines need not have what ours have.
    guard let data = try? whole.data() else { return }
    try require(
      !LogFilter(account: "prod").admits(whole) || data.account == "prod", "the account is \(data.account ?? "")")
    try kept(data)
  }

  private static func told(_ text: String) throws {
    var data = EventData(summary: text)
    (data.jobID, data.failReason, data.labels, data.entities) = ("j1", text, ["run": text], [text: text])
    let beginning = #"{"v":1,"seq":7,"time":"2026-11-21T00:00:00.000Z","event":"job.failed","#
    let line = Array((beginning + (try data.json().dropFirst())).utf8)
    try require(!line.contains { $0 < 0x20 }, "more than one line")
    let whole = line.withUnsafeBytes { LogHead($0).map(LogLine.init) }
    try require(try ValidLine(line)?.seq == 7 && whole?.data() == data, "other data")
    try kept(data)
  }

  /// Stored and told again it is the same, and it can be trimmed.
  private static func kept(_ data: EventData) throws {
    let json = try data.json()
    try require(try EventData(json: json) == data, "stored as \(json)")
    let short = EventData.text(json, within: 8192)
    try require(short.utf8.count <= 8192, "\(short.utf8.count) bytes")
    let trimmed = try EventData(json: short)
    try require(trimmed == data || trimmed.truncated?.isEmpty == false, "trimmed in silence")
  }

  // MARK: Scripts

  /// Each byte is a step: 1 writes a line of the log's own, 2 rotates, 3 reads, 4 reads in the midst of a line of the
  /// log's own; any other is written by somebody else.
  private static func logs(_ script: [UInt8]) throws {
    let place = try ScratchLog()
    let reader = StatusLogReader(path: place.path) { _ in }
    var read: [Int64] = []
    var log = OwnLines()
    var rotations = 0
    for step in script.prefix(100) {
      switch step {
      case 2 where rotations < 6:
        rotations += 1
        try place.append(log.taken())
        try place.rotate(gzip)
        log.isAtLineStart = true
      case 3, 4:
        let line = step == 4 ? log.next() : []
        let half = line.count / 2
        try place.append(log.taken() + line[..<half])
        try reader.read { read.append($0.seq) }
        try place.append(line[half...])
      default: log.add(step)
      }
    }
    try place.append(log.taken())
    try reader.read { read.append($0.seq) }
    try require(zip(read, read.dropFirst()).allSatisfy { $0 < $1 }, "out of order: \(read)")
    guard !log.mayHoldOthers else { return }
    try require(read == log.intact, "\(read) of \(log.intact)")
    let last = try StatusLogReader(path: place.path) { _ in }.last(3).map(\.seq)
    try require(last == log.intact.suffix(3), "\(last) at the end of \(log.intact)")
  }

  private static func tails(_ script: [UInt8]) throws {
    var log = OwnLines()
    script.prefix(100).forEach { log.add($0) }
    let bytes = log.taken()
    let file = try ScratchFile(bytes[...])
    defer { withExtendedLifetime(file) {} }
    let newest = log.seq
    let verifier = LineVerifier(lastSeq: newest, lastAt: time) {
      (1...max(newest, 1)).contains($0) ? (time, "job.running") : nil
    }
    let tail = try LogTail(of: file.descriptor, name: "log", verifier)
    try require((0...Int64(bytes.count)).contains(tail.end) && tail.length == bytes.count, "an end at \(tail.end)")
    guard !log.mayHoldOthers else { return }
    try require(tail.last?.seq == log.intact.last, "\(tail.last?.seq ?? 0) is the last of \(log.intact)")
    try require(tail.last == nil || tail.end == log.end, "an end at \(tail.end), not \(log.end)")
    for written in [0, newest / 2, newest] { try behind(written, in: file, verifier, log) }
    guard tail.last != nil else { return }
    let mended = try ScratchFile(bytes[..<Int(tail.end)])
    defer { withExtendedLifetime(mended) {} }
    let again = try LogTail(of: mended.descriptor, name: "log", verifier)
    try require(again.last == tail.last && again.foreign == 0 && !again.isTorn, "mended in vain: \(again)")
  }

  /// Behind what is known to be written no line is missing.
  private static func behind(
    _ written: Int64, in file: ScratchFile, _ verifier: LineVerifier, _ log: OwnLines
  ) throws {
    let tail = try LogTail(of: file.descriptor, name: "log", verifier, from: written)
    let last = tail.last?.seq ?? 0
    guard last > written else { return }
    try require(
      log.intact.filter { $0 > written && $0 <= last } == Array(written + 1...last),
      "ends with \(last) of \(log.intact), \(written) written")
  }
}

/// The log's own lines amid what others write.
private struct OwnLines {
  private(set) var seq: Int64 = 0
  /// The numbers of those at whose beginning nothing else stands.
  private(set) var intact: [Int64] = []
  /// Behind the last of them, in the file.
  private(set) var end: Int64 = 0
  var isAtLineStart = true
  private var untaken: [UInt8] = []
  private var length: Int64 = 0
  private var others: [UInt8] = []

  /// What others write may then be a line like ours.
  var mayHoldOthers: Bool { others.firstRange(of: Array(#""seq":"#.utf8)) != nil }

  mutating func add(_ step: UInt8) {
    if step == 1 {
      untaken += next()
    } else {
      untaken.append(step)
      others.append(step)
      length += 1
      isAtLineStart = step == 10
    }
  }

  mutating func next() -> [UInt8] {
    seq += 1
    let text = #"{"v":1,"seq":\#(seq),"time":"2026-11-21T00:00:00.000Z","event":"job.running","summary":"x"}"#
    length += Int64(text.utf8.count + 1)
    if isAtLineStart {
      intact.append(seq)
      end = length
    }
    isAtLineStart = true
    return Array(text.utf8) + [10]
  }

  /// The bytes since the last call.
  mutating func taken() -> [UInt8] {
    defer { untaken = [] }
    return untaken
  }
}
