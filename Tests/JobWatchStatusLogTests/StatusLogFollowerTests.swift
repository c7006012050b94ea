import Foundation
import JobWatchCore
import JobWatchFiles
import JobWatchStore
import Logging
import TestSupport
import Testing

@testable import JobWatchStatusLog

@Suite(.timeLimit(.minutes(10))) struct `Following the status log` {
  private let fixture: LogFixture

  init() throws { fixture = try LogFixture() }

  enum Rotation: CaseIterable, Sendable {
    case rename, renameAndCreate, renameAndCompress, lateLineInOldFile, copyAndTruncate, twice
  }

  /// Rotates while lines 1 to 3 were read, and writes lines 4 to 6.
  private func rotate(_ rotation: Rotation) throws {
    switch rotation {
    case .rename:
      try fixture.rename("", ".1")
    case .renameAndCreate:
      try fixture.rename("", ".1")
      try fixture.append("")
    case .renameAndCompress:
      try fixture.append(LogFixture.text(4...4))
      try fixture.rename("", ".1")
      try fixture.append(LogFixture.text(5...5))
      try fixture.compress(".1")
      return try fixture.append(LogFixture.text(6...6))
    case .lateLineInOldFile:
      try fixture.rename("", "-20261121")
      try fixture.append("")
      try fixture.append(LogFixture.text(4...4), to: "-20261121")
      return try fixture.append(LogFixture.text(5...6))
    case .copyAndTruncate:
      try FileManager.default.copyItem(atPath: fixture.log, toPath: fixture.log + ".1")
      try fixture.cut(to: 0)
    case .twice:
      try fixture.append(LogFixture.text(4...4))
      try fixture.rename("", ".2")
      try fixture.append(LogFixture.text(5...5))
      try fixture.rename("", ".1")
      return try fixture.append(LogFixture.text(6...6))
    }
    try fixture.append(LogFixture.text(4...6))
  }

  @Test(arguments: Rotation.allCases)
  func `every line comes once and in order through a rotation, until the task is cancelled`(
    _ rotation: Rotation
  ) async throws {
    try fixture.append(LogFixture.text(1...2))
    let (lines, seen) = AsyncStream.makeStream(of: Int64.self)
    let follower = StatusLogFollower(path: fixture.log) { Issue.record("told: \($0)") }
    let task = Task {
      defer { seen.finish() }
      try await follower.run(stopOn: []) { seen.yield($0.seq) }
    }
    var numbers = lines.makeAsyncIterator()
    for expected in 1...2 { #expect(await numbers.next() == Int64(expected)) }
    try fixture.append(LogFixture.text(3...3))
    #expect(await numbers.next() == 3)
    try rotate(rotation)
    for expected in 4...6 { #expect(await numbers.next() == Int64(expected)) }
    task.cancel()
    try await task.value
  }

  @Test func `a log that does not exist yet is waited for`() async throws {
    let (lines, seen) = AsyncStream.makeStream(of: Int64.self)
    let follower = StatusLogFollower(path: fixture.log, last: 5) {
      Issue.record("told: \($0)")
    }
    let task = Task {
      defer { seen.finish() }
      try await follower.run(stopOn: []) { seen.yield($0.seq) }
    }
    try fixture.append(LogFixture.text(1...2))
    var numbers = lines.makeAsyncIterator()
    for expected in 1...2 { #expect(await numbers.next() == Int64(expected)) }
    task.cancel()
    try await task.value
  }

  @Test func `a log in a directory that cannot be watched is read every second, which is told`()
    async throws
  {
    let told = Told()
    try fixture.append(LogFixture.text(1...1))
    let (lines, seen) = AsyncStream.makeStream(of: Int64.self)
    let follower = StatusLogFollower(
      path: fixture.log,
      watcher: { directory, _, _ throws(FileFailure) in
        throw FileFailure("cannot be watched", directory, EMFILE)
      }, onTrouble: { told($0) })
    let task = Task {
      defer { seen.finish() }
      try await follower.run(stopOn: []) { seen.yield($0.seq) }
    }
    var numbers = lines.makeAsyncIterator()
    #expect(await numbers.next() == 1)
    try fixture.append(LogFixture.text(2...2))
    #expect(await numbers.next() == 2)
    task.cancel()
    try await task.value
    #expect(told.all.count == 1 && told.all.first?.contains("every second") == true)
  }

  @Test func `a change that nobody tells of is found when the caller's clock ends the wait`() async throws {
    try fixture.append(LogFixture.text(1...1))
    let (lines, seen) = AsyncStream.makeStream(of: Int64.self)
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let follower = StatusLogFollower(
      path: fixture.log, watcher: { _, _, _ in () },
      sleep: { wait in
        #expect(wait == .seconds(30))
        for await _ in ends { return }
        throw CancellationError()
      }, onTrouble: { Issue.record("told: \($0)") })
    let task = Task { try await follower.run(stopOn: []) { seen.yield($0.seq) } }
    var numbers = lines.makeAsyncIterator()
    #expect(await numbers.next() == 1)
    try fixture.append(LogFixture.text(2...2))
    end.yield()
    #expect(await numbers.next() == 2)
    task.cancel()
    try await task.value
  }

  @Test func `what takes the lines ends the following by throwing`() async throws {
    struct Enough: Error {}
    try fixture.append(LogFixture.text(1...2))
    let follower = StatusLogFollower(path: fixture.log) { _ in }
    await #expect(throws: Enough.self) {
      try await follower.run(stopOn: []) { _ in throw Enough() }
    }
  }

  /// Holds the reader to what the writer really writes.
  @Test func `what the daemon writes is read`() async throws {
    let store = try Store(path: fixture.directory + "/jobwatch.db")
    let now = Moment(wall: Timestamp(milliseconds: 1_800_000_000_123), uptime: .zero)
    for (index, kind) in EventKind.allCases.enumerated() {
      var data = EventData(summary: "event \"\(index)\"\nof \(kind.rawValue)")
      data.labels = ["a": "b=\\c"]
      let event = EventDraft(kind, at: now.wall, data)
      _ = try await store.write { try $0.append(event, of: nil, to: []) }
    }
    let writer = StatusLog(path: fixture.log, store: store, log: Logger(label: "test"))
    _ = try await writer.work(at: now)
    var lines: [LogLine] = []
    let filter = LogFilter(labels: ["a": "b=\\c"], since: now.wall, until: now.wall + .seconds(1))
    try StatusLogReader(path: fixture.log, filter: filter) { Issue.record("told: \($0)") }
      .read { lines.append($0) }
    #expect(lines.map(\.event) == EventKind.allCases.map(\.rawValue))
    #expect(lines.map(\.seq) == (1...lines.count).map(Int64.init))
    #expect(Set(lines.map(\.time)) == ["\(now.wall)"])
    #expect(lines.first?.summary == "event \"0\"\nof job.registered")
    try store.close()
  }
}
