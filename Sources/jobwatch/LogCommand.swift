import ArgumentParser
import Foundation
import JobWatchCore
import JobWatchStatusLog
import Synchronization

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "Shows the status log: every event, oldest first.",
    discussion: """
      Reads the log file and the files that it was rotated to, compressed or not. All given \
      options must match; where one is repeated, one of its values must, but all labels. Times are UTC, as in \
      the log.

        jobwatch log --since 2h
        jobwatch log --job 2c9eb2c5544cbf6101544f0602af2b4f
        jobwatch log --event 'job.*' --event endpoint.down --limit 20
        jobwatch log --follow --label run=42 --json | jq .summary

      Exit codes: 0 done, 1 a part of the log could not be read, 64 the command is wrong, 78 the \
      configuration or the log cannot be read.
      """)

  @Option(help: .value("id", "Only events of this job; may be repeated."), completion: .jobs)
  var job: [String] = []

  @Option(
    help: .value("name", "Only this event, or all of a group (job.*); may be repeated."),
    completion: .events, transform: pattern)
  var event: [EventPattern] = []

  @OptionGroup var place: PlaceFilter

  @Option(help: .value("key=value", "Only events of jobs with this label; may be repeated."))
  var label: [LabelArgument] = []

  @Option(
    help: .value("time", "Only later events: 2h (ago), 2026-11-21 or 2026-11-21T21:38:21Z."),
    transform: bound)
  var since: Timestamp?

  @Option(help: .value("time", "Only earlier events."), transform: bound)
  var until: Timestamp?

  @Option(help: .value("n", "Only the last n events."))
  var limit: Int?

  @Flag(
    name: .shortAndLong,
    help:
      "Wait for more, until interrupted; begins with the last 10 unless --limit or --since is set."
  )
  var follow = false

  @Flag(help: "Print the lines of the log as they are, one JSON object each.")
  var json = false

  @Option(
    name: .customLong("file"),
    help: .value("path", "The log, instead of the configuration's; no configuration is read then."),
    completion: .file())
  var path: String?

  @OptionGroup var file: ConfigOption

  /// As tail(1) begins with.
  private static let followedLines = 10

  func validate() throws {
    if let limit, limit < 0 { throw ValidationError("--limit must not be negative") }
    if follow, until != nil { throw ValidationError("--follow has no end: leave out --until") }
  }

  func run() async throws {
    let path = try path ?? file.load(cure: "or name the log with --file PATH").value.statusLog
    let isComplete = Atomic(true)
    do {
      if follow {
        try await StatusLogFollower(path: path, filter: filter, last: last) {
          StandardError.write($0)
        }.run(stopOn: [.sigint, .sigterm]) { [json] in try StandardOutput.write(Self.printed($0, json: json)) }
      } else {
        let reader = StatusLogReader(path: path, filter: filter) {
          StandardError.write($0)
          isComplete.store(false, ordering: .relaxed)
        }
        let output = OutputBuffer()
        func print(_ line: LogLine) throws { try output.write(Self.printed(line, json: json)) }
        do {
          if let limit { try reader.last(limit).forEach(print) } else { try reader.read(print) }
        } catch {
          // What was found before it counts, too.
          try output.flush()
          throw error
        }
        try output.flush()
      }
    } catch is StandardOutput.Closed {
      return
    } catch let error as LogUnreadable {
      throw ExitCode.needsPerson.telling("\(error)")
    }
    if !isComplete.load(ordering: .relaxed) { throw ExitCode.no }
  }

  private var last: Int? { limit ?? (since == nil ? Self.followedLines : nil) }

  private var filter: LogFilter {
    LogFilter(
      jobs: Set(job), events: event, account: place.account, service: place.service,
      labels: LabelArgument.dictionary(label), since: since, until: until)
  }

  private static func printed(_ line: LogLine, json: Bool) -> [UInt8] {
    if json { return line.bytes + [UInt8(ascii: "\n")] }
    let name = line.event.onOneLine.padding(toLength: 20, withPad: " ", startingAt: 0)
    let told = Terminal.standardOutput.painted("\(name)  \(line.summary.onOneLine)", colour(line.event))
    return Array("\(line.time.onOneLine)  \(told)\n".utf8)
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

  @Sendable private static func bound(_ text: String) throws -> Timestamp {
    if let bound = Timestamp(bound: text, at: Timestamp(Date())) { return bound }
    throw ValidationError("\"\(text)\" is no time: write 2h (ago), 2026-11-21 or 2026-11-21T21:38:21Z (UTC)")
  }
}
