import ArgumentParser
import Foundation
import JobWatchCore
import JobWatchDaemon
import Synchronization

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log",
    abstract: "Shows the status log: every event, oldest first.",
    discussion: """
      Reads the log file, with the files that it was rotated to, compressed or not. Conditions of \
      different kinds must all be met, repeated ones need one match (labels: all). Times are UTC, \
      as in the log.

        jobwatch log --since 2h
        jobwatch log --job 2c9eb2c5544cbf6101544f0602af2b4f
        jobwatch log --event 'job.*' --event endpoint.down --limit 20
        jobwatch log --follow --label run=42 --json | jq .summary

      Exit codes: 0 done, 1 a part of the log could not be read, 64 the command is wrong, 78 the \
      configuration or the log cannot be read.
      """)

  @Option(
    name: .long, help: ArgumentHelp("Only events of this job; may be repeated.", valueName: "id"),
    completion: .jobs)
  var job: [String] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only this event, or all that begin so (job.*); may be repeated.", valueName: "name"),
    completion: .events, transform: pattern)
  var event: [EventPattern] = []

  @Option(
    name: .long, help: ArgumentHelp("Only events of this account.", valueName: "name"),
    completion: .accounts)
  var account: String?

  @Option(
    name: .long, help: ArgumentHelp("Only events of this service.", valueName: "name"),
    completion: .services)
  var service: String?

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only events of jobs with this label; may be repeated.", valueName: "key=value"))
  var label: [LabelArgument] = []

  @Option(
    name: .long,
    help: ArgumentHelp(
      "Only later events: 2h (ago), 2026-11-21 or 2026-11-21T21:38:21Z.", valueName: "time"),
    transform: bound)
  var since: TimeBound?

  @Option(
    name: .long, help: ArgumentHelp("Only earlier events.", valueName: "time"), transform: bound)
  var until: TimeBound?

  @Option(name: .long, help: ArgumentHelp("Only the last so many events.", valueName: "n"))
  var limit: Int?

  @Flag(
    name: .shortAndLong,
    help:
      "Wait for more, until interrupted; begins with the last 10 unless --limit or --since is set."
  )
  var follow = false

  @Flag(name: .long, help: "Print the lines of the log as they are, one JSON object each.")
  var json = false

  @Option(
    name: .customLong("file"),
    help: ArgumentHelp(
      "The log, instead of the configuration's; no configuration is read then.", valueName: "path"),
    completion: .file())
  var path: String?

  @OptionGroup var file: ConfigOption

  /// Of a log that is followed, as tail(1) does.
  private static let followedLines = 10

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
    if follow, until != nil { throw ValidationError("--follow has no end: leave out --until") }
  }

  func run() async throws {
    let path = try path ?? file.load(cure: "or name the log with --file PATH").value.statusLog
    let print = Self.printer(json: json)
    let isComplete = Atomic(true)
    do {
      if follow {
        try await StatusLogFollower(path: path, filter: filter, from: start) {
          StandardError.write($0)
        }.run(stopOn: [.sigint, .sigterm], print)
      } else {
        let reader = StatusLogReader(path: path, filter: filter) {
          StandardError.write($0)
          isComplete.store(false, ordering: .relaxed)
        }
        if let limit { try reader.last(limit).forEach(print) } else { try reader.read(print) }
      }
    } catch is StandardOutput.Closed {
      return
    } catch let error as LogUnreadable {
      throw ExitCode.needsPerson.telling("\(error)")
    }
    if !isComplete.load(ordering: .relaxed) { throw ExitCode.no }
  }

  private var start: StatusLogFollower.Start {
    if let limit { return .last(limit) }
    return since == nil ? .last(Self.followedLines) : .first
  }

  private var filter: LogFilter {
    let now = Timestamp(Date())
    return LogFilter(
      jobs: Set(job), events: event, account: account, service: service,
      labels: Dictionary(label.map { ($0.key, $0.value) }) { $1 },
      since: since?.time(at: now), until: until?.time(at: now))
  }

  private static func printer(json: Bool) -> @Sendable (LogLine) throws -> Void {
    if json { return { try StandardOutput.write($0.bytes + [UInt8(ascii: "\n")]) } }
    let terminal = Terminal.standardOutput
    return { line in
      let name = line.event.onOneLine.padding(toLength: 20, withPad: " ", startingAt: 0)
      let summary = line.summary.onOneLine
      let told = terminal.painted("\(name)  \(summary)", colour(line.event))
      try StandardOutput.write(Array("\(line.time.onOneLine)  \(told)\n".utf8))
    }
  }

  private static func colour(_ event: String) -> Terminal.Colour? {
    let kind = EventKind(rawValue: event)
    switch kind?.severity {
    case .error: return .red
    case .warning: return .yellow
    case .notice, nil: return kind == .jobSucceeded ? .green : nil
    }
  }

  @Sendable private static func pattern(_ text: String) throws -> EventPattern {
    do { return try EventPattern(text) } catch { throw ValidationError(error.description) }
  }

  @Sendable private static func bound(_ text: String) throws -> TimeBound {
    if let bound = TimeBound(text: text) { return bound }
    throw ValidationError(
      "\"\(text)\" is no time: write 2h (ago), 2026-11-21 or 2026-11-21T21:38:21Z (UTC)")
  }
}
