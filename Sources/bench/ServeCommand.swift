import ArgumentParser
import JobWatchDaemon
import SimulatedCloud

/// The simulated cloud in a process of its own. Prints its URL and ends with its standard input.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "serve", shouldDisplay: false)

  /// Of each kind.
  @Option var jobs: Int

  func run() async throws {
    var options = SimulatedCloud.Options(
      projectIDs: [BenchAccount.projectID],
      credentials: AcceptedCredentials(accessKeys: [BenchAccount.key]))
    options.callLimit = 1000
    let cloud = SimulatedCloud(options: options, clock: { SystemClock.now().wall })
    for kind in BenchJobs.allCases {
      for number in 0..<jobs { cloud.submit(kind.script(number)) }
    }
    Parent.greet(try await cloud.start())
    await Parent.gone()
    await cloud.stop()
  }
}
