import JobWatchCore
import JobWatchFiles
import UnixSignals

/// Reads the status log as it grows, through rotations, until it is told to stop.
package struct StatusLogFollower: Sendable {
  private let path: String
  private let filter: LogFilter
  private let last: Int?
  private let watcher: DirectoryWatcher
  private let sleep: @Sendable (Duration) async throws -> Void
  private let onTrouble: @Sendable (String) -> Void

  /// Between two reads without a hint: bounds what a lost hint costs.
  private static let longestWait = Duration.seconds(30)

  /// - Parameters:
  ///   - last: begins with so many of the wanted lines; nil: with the first.
  ///   - sleep: returns after a time, or throws once the task is cancelled.
  package init(
    path: String, filter: LogFilter = LogFilter(), last: Int? = nil,
    watcher: @escaping DirectoryWatcher = InotifyWatch.begin,
    sleep: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) },
    onTrouble: @escaping @Sendable (String) -> Void
  ) {
    self.path = path
    self.filter = filter
    self.last = last
    self.watcher = watcher
    self.sleep = sleep
    self.onTrouble = onTrouble
  }

  /// Hands over every wanted line until one of `signals` arrives or the task is cancelled; waits for a log that does
  /// not exist yet. Throws `LogUnreadable`, and what `take` throws.
  package func run(stopOn signals: [UnixSignal], _ take: @escaping @Sendable (LogLine) throws -> Void) async throws {
    let arrivals = await UnixSignalsSequence(trapping: signals)
    try await withThrowingTaskGroup { group in
      group.addTask { try await follow(take) }
      // Without signals the sequence would end at once.
      if !signals.isEmpty { group.addTask { for await _ in arrivals { return } } }
      try await group.next()
      group.cancelAll()
      try await group.waitForAll()
    }
  }

  private func follow(_ take: (LogLine) throws -> Void) async throws {
    let (hints, hint) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    let (watch, longestWait) = watch { hint.yield() }
    let ticks = Task {
      while (try? await sleep(longestWait)) != nil { hint.yield() }
    }
    defer { ticks.cancel() }
    let reader = StatusLogReader(path: path, filter: filter, onTrouble: onTrouble)
    do {
      if let last { try tolerant { try reader.last(last).forEach(take) } }
      try tolerant { try reader.read(take) }
      for await _ in hints { try tolerant { try reader.read(take) } }
    } catch is CancellationError {
      // Asked to stop in the middle of a long file.
    }
    withExtendedLifetime(watch) {}
  }

  private func watch(_ changed: @escaping @Sendable () -> Void) -> ((any Sendable)?, Duration) {
    do {
      let directory = LogDirectory(log: path).directory
      let watch = try watcher(directory, .growth) { _ in changed() }
      return (watch, Self.longestWait)
    } catch {
      onTrouble("\(error); the log is read every second")
      return (nil, .seconds(1))
    }
  }

  private func tolerant(_ body: () throws -> Void) throws {
    do { try body() } catch let error as LogUnreadable where error.isMissing {}
  }
}
