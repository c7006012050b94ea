import Foundation
import JobWatchCore
import JobWatchStore
import Logging

@testable import JobWatchStatusLog

/// A log with the database that it is written from.
final class LogPlace {
  let fixture: LogFixture
  let path: String
  var store: Store?
  private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  init(_ store: Store?, name: String = "status.log") throws {
    fixture = try LogFixture()
    path = fixture.directory + "/" + name
    self.store = store
  }

  func tell(_ count: Int) async throws {
    try await store?.write { transaction in
      for _ in 0..<count {
        let event = EventDraft(.daemonStarted, at: Self.now.wall, EventData(summary: "x"))
        try transaction.append(event, of: nil, to: [])
      }
    }
  }

  /// As a daemon does it that starts, and is killed.
  ///
  /// - Parameter meanwhile: what happens while it runs, before it works once more.
  func run(
    _ operations: AppendFile.Operations = AppendFile.Operations(), meanwhile: (() async throws -> Void)? = nil
  ) async throws {
    guard let store else { return }
    let status = StatusLog(path: path, store: store, log: log, operations: operations)
    try await status.recover(at: Self.now, routes: RouteTable(channels: [], routes: []))
    while try await status.work(at: Self.now) != nil {}
    guard let meanwhile else { return }
    try await meanwhile()
    while try await status.work(at: Self.now) != nil {}
  }

  static var now: Moment { Moment(wall: Timestamp(Date()), uptime: .zero) }

  var content: Data { get throws { try Data(contentsOf: URL(filePath: path)) } }

  /// In the same file, if there is one.
  func put(_ bytes: Data) throws { try bytes.write(to: URL(filePath: path)) }

  var asides: [(path: String, content: Data)] {
    get throws {
      try FileManager.default.contentsOfDirectory(atPath: fixture.directory)
        .filter { $0.contains(".damaged-") }.map { fixture.directory + "/" + $0 }
        .map { ($0, try Data(contentsOf: URL(filePath: $0))) }
    }
  }

  /// What a reader finds, in the log and what it was rotated to.
  var numbers: [Int64] {
    get throws {
      var numbers: [Int64] = []
      try StatusLogReader(path: path) { _ in }.read { numbers.append($0.seq) }
      return numbers
    }
  }
}
