import Foundation
import Glibc

/// A process for each seed: what dies in a simulated machine frees nothing, and a crash is a finding like any other.
struct Children {
  /// What a run is made of, apart from its seed.
  struct Arguments {
    var days: Double
    var kinds: Set<Troubles.Kind>
    var others: [String]

    fileprivate var list: [String] {
      let names = Troubles.Kind.allCases.filter(kinds.contains).map(\.rawValue)
      let isAll = names.count == Troubles.Kind.allCases.count
      let troubles = isAll ? "all" : names.isEmpty ? "none" : names.joined(separator: ",")
      return ["--days", "\(days)", "--troubles", troubles] + others
    }
  }

  private let arguments: Arguments
  private let parallel: Int

  init(_ arguments: Arguments, parallel: Int) { (self.arguments, self.parallel) = (arguments, parallel) }

  /// Prints what each seed prints and, of one that failed, its smallest replay. Returns the seeds that failed.
  ///
  /// - Parameter coverage: gets what the runs have reached.
  func run(_ seeds: [UInt64], untilFailure: Bool, _ coverage: inout Coverage) -> [UInt64] {
    var waiting = seeds[...]
    var running: [pid_t: (seed: UInt64, output: FileHandle)] = [:]
    var failed: [UInt64] = []
    while !waiting.isEmpty || !running.isEmpty {
      while running.count < parallel, let seed = waiting.popFirst() {
        if let (process, output) = start(seed, arguments) {
          running[process] = (seed, output)
        } else {
          print("seed \(seed): its process cannot be started")
          failed.append(seed)
        }
      }
      var status: Int32 = 0
      let process = waitpid(-1, &status, 0)
      guard let (seed, output) = running.removeValue(forKey: process) else { continue }
      let lines = String(decoding: Self.content(output), as: UTF8.self).split(
        separator: "\n", omittingEmptySubsequences: false)
      let shown = lines.filter { !coverage.take($0) }.joined(separator: "\n")
      FileHandle.standardOutput.write(Data(shown.utf8))
      guard status != 0 else { continue }
      failed.append(seed)
      if untilFailure { waiting = [] }
      Self.tell("replay", seed, arguments)
      if !untilFailure { Self.tell("the least that fails", seed, shrunk(seed, Self.broken(in: lines))) }
    }
    return failed
  }

  private static func tell(_ what: String, _ seed: UInt64, _ arguments: Arguments) {
    let line = "\(what): simulation --seeds \(seed) \(arguments.list.joined(separator: " ")) --trace\n"
    FileHandle.standardOutput.write(Data(line.utf8))
  }

  /// Fewer days and kinds of trouble, with which the seed still breaks the same promise.
  private func shrunk(_ seed: UInt64, _ promise: Substring?) -> Arguments {
    func breaks(_ arguments: Arguments) -> Bool {
      guard let (process, output) = start(seed, arguments) else { return false }
      var status: Int32 = 0
      waitpid(process, &status, 0)
      let lines = String(decoding: Self.content(output), as: UTF8.self).split(separator: "\n")
      return status != 0 && Self.broken(in: lines) == promise
    }
    var least = arguments
    for days in [World.calmDays + 0.1, World.calmDays + 0.3] where days < least.days {
      var fewer = least
      fewer.days = days
      if breaks(fewer) { least = fewer }
    }
    for kind in Troubles.Kind.allCases where least.kinds.contains(kind) {
      var fewer = least
      fewer.kinds.remove(kind)
      if breaks(fewer) { least = fewer }
    }
    return least
  }

  /// The first promise that an output tells as broken; nil for a crash.
  private static func broken(in lines: [Substring]) -> Substring? {
    lines.lazy.compactMap { $0.prefixMatch(of: /[A-Z-]+(?=: )/)?.output }.first
  }

  private static func content(_ file: FileHandle) -> Data {
    lseek(file.fileDescriptor, 0, SEEK_SET)
    return require { try file.readToEnd() } ?? Data()
  }

  /// Its output goes to a file without a name, because a pipe would fill up.
  private func start(_ seed: UInt64, _ arguments: Arguments) -> (pid_t, FileHandle)? {
    let name = "/dev/shm/jobwatch-simulation-output-\(getpid())-\(seed)"
    let file = open(name, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { return nil }
    unlink(name)
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    posix_spawn_file_actions_adddup2(&actions, file, STDOUT_FILENO)
    posix_spawn_file_actions_adddup2(&actions, file, STDERR_FILENO)
    let words = [CommandLine.arguments[0], "--child", "--seeds", "\(seed)"] + arguments.list
    var environment = ProcessInfo.processInfo.environment
    if environment["SIMULATION_HASHING"] != "random" { environment["SWIFT_DETERMINISTIC_HASHING"] = "1" }
    var process = pid_t()
    let values = words.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0.key)=\($0.value)") } + [nil]
    defer { for pointer in values + variables { free(pointer) } }
    guard posix_spawn(&process, "/proc/self/exe", &actions, nil, values, variables) == 0 else { return nil }
    return (process, FileHandle(fileDescriptor: file, closeOnDealloc: true))
  }
}
