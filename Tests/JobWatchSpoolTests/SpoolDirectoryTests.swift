import Foundation
import Glibc
import JobWatchCore
import Testing

@testable import JobWatchSpool

/// The states of a file in `incoming/`, and what each operation makes of them.
@Suite struct `A spool directory` {
  private let directory: SpoolDirectory
  /// The same, where writers cannot be detected.
  private let blind: SpoolDirectory

  init() throws {
    let root = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString).path
    directory = SpoolDirectory(path: root, detector: WriterDetector(unavailable: nil)) { 5 }
    blind = SpoolDirectory(path: root, detector: WriterDetector(unavailable: "a test")) { 5 }
    for path in [directory.incoming, directory.rejected] {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }
  }

  private func name(_ text: String) -> SpoolDirectory.Name { .init(bytes: Array(text.utf8)) }

  private func path(_ name: String) -> String { "\(directory.incoming)/\(name)" }

  private func identity(_ name: String) throws -> SpoolDirectory.Identity {
    var status = stat()
    try #require(lstat(path(name), &status) == 0)
    return SpoolDirectory.Identity(status)
  }

  @discardableResult
  private func put(_ text: String, as name: String = "jobs") throws -> SpoolDirectory.Identity {
    try Data(text.utf8).write(to: URL(filePath: path(name)))
    return try identity(name)
  }

  private func append(_ text: String, to name: String) throws {
    let file = try FileHandle(forWritingTo: URL(filePath: path(name)))
    try file.seekToEnd()
    try file.write(contentsOf: Data(text.utf8))
    try file.close()
  }

  private var left: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: directory.incoming).sorted() }
  }

  private var rejected: [String] {
    get throws { try FileManager.default.contentsOfDirectory(atPath: directory.rejected).sorted() }
  }

  @Test func `lists all names but temporary ones, in the order of those that submitters gave`()
    throws
  {
    for name in ["b", "a", "taken-7-5-aa", ".hidden", "x.tmp"] { try put("", as: name) }
    #expect(try directory.names().map(\.text) == ["a", "taken-7-5-aa", "b"])
  }

  @Test func `that is not there cannot be listed, which names it`() {
    let missing = SpoolDirectory(path: "/nowhere/spool")
    let failure = #expect(throws: (any Error).self) { try missing.names() }
    #expect("\(failure.map(String.init(describing:)) ?? "")".contains("/nowhere/spool/incoming"))
  }

  // MARK: Claims

  @Test func `gives a file a name of the daemon's, once`() throws {
    let identity = try put("a")
    let own = name("taken-\(identity.file.inode)-5-jobs")
    guard case .taken(let first) = directory.claim(name("jobs"), identity),
      case .taken(let second) = directory.claim(first, identity)
    else {
      Issue.record("not taken")
      return
    }
    #expect(first == own && second == own)
    #expect(try left == [own.text])
  }

  @Test func `finds that a file is gone`() throws {
    let identity = try put("a")
    unlink(path("jobs"))
    guard case .gone = directory.claim(name("jobs"), identity) else {
      Issue.record("not gone")
      return
    }
  }

  @Test func `finds that another file has taken the name, and keeps it`() throws {
    let identity = try put("a")
    // Beside it, and not in its place: the new file must have another inode.
    try put("b", as: "other")
    #expect(rename(path("other"), path("jobs")) == 0)
    guard case .swapped = directory.claim(name("jobs"), identity) else {
      Issue.record("not swapped")
      return
    }
    let names = try left
    #expect(names.count == 1 && names[0].hasSuffix("-5-jobs"))
    #expect(try String(contentsOfFile: path(names[0]), encoding: .utf8) == "b")
  }

  // MARK: What was taken

  enum Change: CaseIterable, Sendable { case none, grown, open, gone, swapped }

  private func change(_ change: Change) throws -> Int32? {
    switch change {
    case .none: break
    case .grown: try append("more", to: "jobs")
    case .open: return open(path("jobs"), O_WRONLY | O_CLOEXEC)
    case .gone: unlink(path("jobs"))
    case .swapped:
      try put("b", as: "other")
      #expect(rename(path("other"), path("jobs")) == 0)
    }
    return nil
  }

  private func settlement(
    _ change: Change, _ directory: SpoolDirectory, _ hasRested: Bool, isRemoved: Bool
  ) throws -> SpoolDirectory.Outcome {
    let identity = try put("a")
    let writer = try self.change(change)
    defer { if let writer { close(writer) } }
    if isRemoved { return try directory.remove(name("jobs"), identity, hasRested: hasRested) }
    return try directory.reject(name("jobs"), identity, reason: "why")
  }

  @Test(
    "removes or rejects a file that is what was read, and no other", arguments: Change.allCases,
    [true, false])
  func settled(_ change: Change, _ isRemoved: Bool) throws {
    let expected: SpoolDirectory.Outcome =
      switch change {
      case .none, .gone: .done
      case .open: .open
      case .grown, .swapped: .changed
      }
    #expect(try settlement(change, directory, false, isRemoved: isRemoved) == expected)
    #expect(try left.isEmpty == (change == .none || change == .gone))
    let isRejected = change == .none && !isRemoved
    #expect(try rejected == (isRejected ? ["jobs", "jobs.reason"] : []))
  }

  @Test(
    "keeps a file whose writers cannot be seen for a rest",
    arguments: [
      (.none, false, .resting), (.none, true, .done), (.open, false, .resting),
      (.open, true, .done), (.grown, false, .changed), (.grown, true, .changed),
    ] as [(Change, Bool, SpoolDirectory.Outcome)])
  func blindly(
    _ change: Change, _ hasRested: Bool, _ expected: SpoolDirectory.Outcome
  ) throws {
    #expect(try settlement(change, blind, hasRested, isRemoved: true) == expected)
    #expect(try left.isEmpty == (expected == .done))
  }

  @Test func `rejects what is no file, with its reason`() throws {
    #expect(mkdir(path("jobs"), 0o700) == 0)
    #expect(try directory.reject(name("jobs"), nil, reason: "why") == .done)
    #expect(try rejected == ["jobs", "jobs.reason"])
    let reason = try String(contentsOfFile: directory.rejected + "/jobs.reason", encoding: .utf8)
    #expect(reason == "why\n")
  }

  @Test func `rejects two files of one name under two names`() throws {
    for number in 1...2 {
      let identity = try put("\(number)")
      #expect(try directory.reject(name("jobs"), identity, reason: "why") == .done)
    }
    #expect(try rejected == ["jobs", "jobs.2", "jobs.2.reason", "jobs.reason"])
  }

  @Test(arguments: [Int.min, -1, 0, Int.max])
  func `takes any date that the owner of a file has given it`(seconds: Int) throws {
    try put("x")
    var status = stat()
    try #require(lstat(path("jobs"), &status) == 0)
    status.st_mtim.tv_sec = seconds
    let age = SpoolDirectory.Identity(status).age(at: Timestamp(milliseconds: 1_795_000_000_000))
    #expect(seconds > 0 ? age == .zero : age > .hours(24 * 365 * 50))
  }

  @Test func `says by a fingerprint whether a file was written to, whatever its name`() throws {
    let before = try put("a")
    #expect(directory.fingerprint(of: name("jobs")) == before.fingerprint)
    #expect(rename(path("jobs"), path("renamed")) == 0)
    #expect(directory.fingerprint(of: name("renamed")) == before.fingerprint)
    try append("b", to: "renamed")
    #expect(directory.fingerprint(of: name("renamed")) != before.fingerprint)
  }
}
