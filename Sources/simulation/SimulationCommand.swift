import ArgumentParser
import Foundation
import Glibc
import JobWatchCore
import SimulatedMachine

/// Years of the daemon's life in minutes, each run from a seed that replays it.
@main
struct SimulationCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulation",
    abstract: "Lets the daemon live in a simulated world, and judges each of its promises.")

  @Option(help: "The seeds, as in 7 or 1-100.")
  var seeds = "1"

  @Option(help: "Days of a run; the last two are without troubles.")
  var days = 3.0

  @Option(help: "Jobs that begin on a day.")
  var jobs = 100.0

  @Option(help: "How many times longer idle waits are than in life.")
  var stretch = 10

  @Option(help: "The kinds of trouble, with commas; or all, or none.")
  var troubles = "all"

  @Option(help: "How often troubles come: 1 is dozens a day, as no machine has them.")
  var often = 1.0

  @Flag(help: "Print what happens.")
  var trace = false

  @Flag(help: "Print each effect on the disk, too.")
  var traceDisk = false

  @Option(help: "The folder with dumps of earlier databases, with one of which every tenth seed begins.")
  var schemas = "Tests/JobWatchStoreTests/Schemas"

  // The number has eight digits in every run: the database and the log hold this path, whose length shows in their sizes.
  @Option(
    name: .customLong("in"),
    help: "The folder for the files of a run: in the same folder two runs of a seed write equal files.")
  var folder = "/dev/shm/jobwatch-simulation-\(10_000_000 + Int(getpid()))"

  @Option(help: "Runs at once.")
  var parallel = 2

  @Flag(help: "Print what the runs have reached, and fail where something of it was never reached.")
  var coverage = false

  @Flag(help: "End with the first seed that fails.")
  var untilFailure = false

  @Flag(help: .hidden)
  var child = false

  func run() throws {
    if child { return try runOne() }
    let arguments = Children.Arguments(days: days, kinds: try kinds, others: otherOptions)
    let bounds = seeds.split(separator: "-").compactMap { UInt64($0) }
    guard let first = bounds.first, let last = bounds.last, bounds.count < 3, first <= last else {
      throw ValidationError("--seeds takes a number or a range, as in 7 or 1-100, not \(seeds)")
    }
    var coverage = Coverage()
    let failed = Children(arguments, parallel: parallel).run(Array(first...last), untilFailure: untilFailure, &coverage)
    if self.coverage { print(coverage.report) }
    guard failed.isEmpty, !self.coverage || coverage.missing.isEmpty else { throw ExitCode(1) }
  }

  private var kinds: Set<Troubles.Kind> {
    get throws {
      if troubles == "none" { return [] }
      if troubles == "all" { return Set(Troubles.Kind.allCases) }
      return Set(
        try troubles.split(separator: ",").map { name in
          guard let kind = Troubles.Kind(rawValue: String(name)) else {
            let known = Troubles.Kind.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("--troubles: there is no \(name); there are all, none, or of \(known)")
          }
          return kind
        })
    }
  }

  /// Of this run, for its children.
  private var otherOptions: [String] {
    ["--jobs", "\(jobs)", "--stretch", "\(stretch)", "--often", "\(often)", "--schemas", schemas, "--in", folder]
      + (trace ? ["--trace"] : [])
      + (traceDisk ? ["--trace-disk"] : [])
  }

  func runOne() throws {
    guard let seed = UInt64(seeds) else { throw ValidationError("--child takes one seed") }
    let directory = "\(folder)-\(seed)"
    // An earlier run in this folder may have been killed.
    if FileManager.default.fileExists(atPath: directory) { try FileManager.default.removeItem(atPath: directory) }
    defer {
      Disk.end()
      if FileManager.default.fileExists(atPath: directory) {
        require { try FileManager.default.removeItem(atPath: directory) }
      }
    }
    let kinds = try self.kinds
    Randomness.begin(seed: seed)
    executor_begin()
    let dumps = seed % 10 == 0 ? try FileManager.default.contentsOfDirectory(atPath: schemas).sorted() : []
    var options = World.Options(
      seed: seed, days: days, jobsPerDay: jobs, stretch: stretch, kinds: kinds, often: often,
      directory: directory, isTraced: trace || traceDisk, isDiskTraced: traceDisk)
    if !dumps.isEmpty { options.schema = "\(schemas)/\(dumps[Int(seed / 10) % dumps.count])" }
    let begun = ContinuousClock.now
    let world = try World(options)
    try world.run()
    let took = begun.duration(to: .now)
    let files = Disk.digest(of: world.setup.disk)
    let rows = world.oracle.lastRows
    print(
      "seed \(seed): \(world.oracle.violations.isEmpty ? "ok" : "VIOLATED") digest \(String(world.time.digest.value, radix: 16)) "
        + "rows \(String(rows?.digest ?? 0, radix: 16)) files \(String(files, radix: 16)) events \(rows?.events.count ?? 0) jobs \(rows?.jobs.count ?? 0) "
        + "steps \(world.time.steps) starts \(world.machine.starts) ends \(world.machine.ends.sorted { $0.key < $1.key }) "
        + "requests \(world.network.requests) foreign \(executor_foreign()) "
        + "speed \(Int(world.time.now.seconds / took.seconds)) took \(took.spoken)")
    for line in Coverage(of: world).lines { print(line) }
    for violation in world.oracle.violations { print(world.oracle.story(of: violation)) }
    if executor_foreign() > 0 { print("a task left the simulation's thread: the run cannot be replayed") }
    if !world.oracle.violations.isEmpty || executor_foreign() > 0 { throw ExitCode(1) }
  }
}

/// Where the process's own random numbers come from: the seed.
enum Randomness {
  private nonisolated(unsafe) static var draw = Draw(seed: 0, for: "system")

  static func begin(seed: UInt64) {
    draw = Draw(seed: seed, for: "system")
    randomness_begin { Randomness.draw.next() }
  }
}
