import ArgumentParser
import Foundation
import TestSupport

/// The options of every measurement, and the output of its figures.
struct MeasureOptions: ParsableArguments {
  @Flag(help: "Print one JSON object.")
  var json = false

  @Flag(help: "Exit with 1 when a limit is missed, and name it.")
  var check = false

  @Flag(help: "Measure less: a first look, with more noise.")
  var quick = false

  /// Names the measurement under way.
  func tell(_ line: String) { if !json { Self.complain(line) } }

  /// On standard error: standard output holds the figures alone.
  static func complain(_ line: String) { FileHandle.standardError.write(Data((line + "\n").utf8)) }

  /// Prints the figures, and makes the program exit with 1 for a limit that is missed.
  func report(_ figures: [Figure]) throws {
    let report = Report(quick: quick, figures: figures)
    print(json ? try report.json : report.text)
    let missed = figures.filter { !$0.met }
    guard check, !missed.isEmpty else { return }
    for figure in missed { Self.complain("limit missed: \(figure.name): \(figure.measured) (\(figure.limit))") }
    throw ExitCode(1)
  }
}

/// Which daemon is measured, and where.
struct DaemonOptions: ParsableArguments {
  @Option(help: ArgumentHelp("The `jobwatch` to measure (default: the one beside this program).", valueName: "path"))
  var binary: String?

  @Option(help: "Where databases, spools and logs are written: best on the disk that will have them.")
  var directory = "/var/tmp"

  func validate() throws {
    guard let binary, !FileManager.default.isExecutableFile(atPath: binary) else { return }
    throw ValidationError("no program at \(binary): build it with swift build -c release")
  }

  /// A program of its own, because this one has more libraries than the daemon.
  var program: String {
    get throws {
      do {
        return try binary ?? ChildProcess.binary()
      } catch {
        throw ValidationError("\(error): build it with swift build -c release, or name another by --binary")
      }
    }
  }
}
