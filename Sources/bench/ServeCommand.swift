import ArgumentParser
import Foundation
import SimulatedCloud

/// The simulated cloud in a process of its own. Prints its URL, and ends when its standard input does.
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
    await withCheckedContinuation { continuation in
      Thread.detachNewThread {
        while !FileHandle.standardInput.availableData.isEmpty {}
        continuation.resume()
      }
    }
    await cloud.stop()
  }
}
