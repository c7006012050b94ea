import ArgumentParser
import Foundation
import CloudModel
import SimulatedCloud

@main
struct BenchCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench", abstract: "Measures jobwatch, against what is measured or worked out in the same run.",
    discussion: """
      Build it with -c release; what a debug build measures says nothing.

      Exit codes: 0 done, 1 a limit is missed (with --check) or nothing could be measured, 64 command misuse.
      """,
    subcommands: [
      ThroughputCommand.self, FootprintCommand.self, PollingCommand.self, LogCommand.self, ServeCommand.self,
    ])
}

/// Why nothing could be measured.
struct Failure: Error, CustomStringConvertible {
  var description: String

  init(_ description: String) { self.description = description }
}

/// The simulated cloud in a process of its own. Prints its URL, and runs until it is killed.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", shouldDisplay: false)

  /// Of each kind.
  @Option var jobs: Int

  func run() async throws {
    let cloud = BenchAccount.cloud(limit: 1000)
    for kind in BenchJobs.allCases {
      for number in 0..<jobs { cloud.submit(kind.script(number)) }
    }
    let url = try await cloud.start()
    FileHandle.standardOutput.write(Data((url + "\n").utf8))
    while true { try await Task.sleep(for: .days(1)) }
  }
}
