import ArgumentParser
import Glibc
import JobWatchCore
import TestSupport

struct LogCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "log", abstract: "How long `jobwatch log` takes on a long log, against grep on the same file.",
    discussion: "Writes a log of 4 GB (--quick: 0.4 GB) into --directory, which the page cache should hold.")

  @OptionGroup var options: MeasureOptions
  @OptionGroup var daemon: DaemonOptions

  /// As many events as a busy daemon tells in years.
  private var lines: Int { options.quick ? 1_000_000 : 10_000_000 }
  /// Those that a filter is measured on.
  private static let filtered = 1_000_000
  private static let rounds = 5

  func run() async throws {
    #if DEBUG
      options.tell("this is a debug build: its figures say nothing, build with -c release")
    #endif
    let directory = try TemporaryDirectory(in: daemon.directory)
    defer { withExtendedLifetime(directory) {} }
    options.tell("writing logs of \(lines) and of \(Self.filtered) lines …")
    let (long, short) = (directory.path + "/long.log", directory.path + "/short.log")
    try LongLog(lines: lines).write(to: long)
    try LongLog(lines: Self.filtered).write(to: short)
    let job = LongLog.job(Self.filtered / 2)
    let (last, none) = (LongLog.time(lines - 100), LongLog.time(lines + 100_000))
    options.tell("reading them …")
    var figures: [Figure] = []
    for (name, arguments, count) in [
      ("the last 50 lines", ["--limit", "50"], 50), ("since the last 100 lines", ["--since", "\(last)"], 101),
      ("since after the end", ["--since", "\(none)"], 0),
    ] {
      let seconds = try await measure(
        ["log", "--file", long, "--json"] + arguments, program: daemon.program, lines: count)
      figures.append(Figure(name, seconds * 1000, "ms", detail: "of \(lines)", atMost: 100))
    }
    let grep = try await measure(["-c", job, short], program: "/usr/bin/grep", lines: 1)
    for (name, arguments, count) in [
      ("--job", ["--job", job], 1), ("--event", ["--event", "daemon.*"], 0), ("--label", ["--label", "run=none"], 0),
      ("--job --limit", ["--job", job, "--limit", "5"], 1),
    ] {
      let seconds = try await measure(
        ["log", "--file", short, "--json"] + arguments, program: daemon.program, lines: count)
      figures.append(
        Figure(
          "\(name) / grep -c", seconds / grep, detail: "\((seconds * 1000).threeDigits) ms of \(Self.filtered) lines",
          atMost: 3))
    }
    try options.report(figures)
  }

  /// The median of the seconds that a program takes.
  private func measure(_ arguments: [String], program: String, lines: Int) async throws -> Double {
    var seconds: [Double] = []
    for _ in 0..<Self.rounds {
      let outcome = try await ChildProcess.run(arguments, program: program)
      let found = outcome.output.split(separator: "\n").count
      guard outcome.exit == .code(0), found == lines else {
        throw Failure("\(program) \(arguments) found \(found) lines, not \(lines): \(outcome.error)")
      }
      seconds.append(outcome.lifetime.exactSeconds)
    }
    return seconds.median
  }
}

/// A status log as a year of work leaves it, a line of some 380 bytes a second.
private struct LongLog {
  let lines: Int

  static func job(_ seq: Int) -> String { "2c9eb2c5544cbf61015\(1_000_000_000_000 + seq)" }

  static func time(_ seq: Int) -> Timestamp { Timestamp(milliseconds: 1_700_000_000_000) + .seconds(seq) }

  func write(to path: String) throws {
    guard let file = fopen(path, "w") else { throw SystemFailure("fopen", errno) }
    defer { fclose(file) }
    for seq in 1...lines {
      let job = Self.job(seq)
      let line =
        #"{"v":1,"seq":\#(seq),"time":"\#(Self.time(seq))","event":"job.running","account":"prod","#
        + #""certainty":"confirmed","job_id":"\#(job)","job_type":"createServer","labels":{"run":"42","team":"web"},"#
        + #""progress":{"done":1,"total":4},"region":"eu-de","service":"ecs","state":"running","#
        + #""summary":"createServer job \#(job) of ecs (prod) is running since 12 s"}"# + "\n"
      guard fputs(line, file) >= 0 else { throw SystemFailure("fputs", errno) }
    }
  }
}
