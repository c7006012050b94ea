import Testing

@Suite struct `The layers` {
  /// What the files of a target may import: the arrows of the design, and the modules of others that the target
  /// needs. `Foundation` is there for what the standard library lacks, `Glibc` for system calls.
  static let allowed: [String: Set<String>] = [
    "JobWatchCore": ["Foundation"],
    "PollPlanning": ["JobWatchCore", "DequeModule", "Glibc", "HeapModule"],
    "CloudAPI": [
      "JobWatchCore", "AsyncHTTPClient", "CZlib", "Crypto", "Foundation", "Glibc", "NIOCore",
      "NIOHTTP1", "NIOPosix", "NIOSSL", "Synchronization",
    ],
    "JobWatchStore": [
      "JobWatchCore", "PollPlanning", "Dispatch", "Foundation", "GRDB", "GRDBSQLite", "Synchronization",
    ],
    "JobWatchFiles": ["Dispatch", "Glibc", "SystemPackage"],
    "JobWatchConfiguration": ["CloudAPI", "JobWatchCore", "PollPlanning", "Foundation", "Yams"],
    "JobWatchSpool": [
      "CloudAPI", "JobWatchConfiguration", "JobWatchCore", "JobWatchFiles", "Foundation", "Glibc",
      "SystemPackage",
    ],
    "JobWatchStatusLog": [
      "JobWatchCore", "JobWatchFiles", "JobWatchStore", "CZlib", "Foundation", "Glibc", "Logging",
      "Synchronization", "SystemPackage", "UnixSignals",
    ],
    "JobWatchLogging": [
      "JobWatchCore", "JobWatchFiles", "Foundation", "Glibc", "Logging", "Synchronization",
      "SystemPackage",
    ],
    "JobWatchDaemon": [
      "CloudAPI", "JobWatchConfiguration", "JobWatchCore", "JobWatchFiles", "JobWatchLogging",
      "JobWatchSpool", "JobWatchStatusLog", "JobWatchStore", "PollPlanning", "Crypto", "Dispatch",
      "Foundation", "Glibc", "Logging", "Synchronization", "UnixSignals",
    ],
    "jobwatch": [
      "CloudAPI", "JobWatchConfiguration", "JobWatchCore", "JobWatchDaemon", "JobWatchLogging",
      "JobWatchSpool", "JobWatchStatusLog", "JobWatchStore", "PollPlanning", "ArgumentParser",
      "Foundation", "Glibc", "Logging", "Synchronization", "SystemPackage",
    ],
    "CloudModel": ["CloudAPI", "JobWatchCore", "Crypto", "Foundation"],
    "SimulatedCloud": [
      "CloudAPI", "CloudModel", "JobWatchCore", "Glibc", "Hummingbird", "HummingbirdCore", "Logging", "NIOCore",
      "Synchronization",
    ],
    "simulation": [
      "CloudAPI", "CloudModel", "JobWatchConfiguration", "JobWatchCore", "JobWatchDaemon", "JobWatchFiles",
      "JobWatchLogging", "JobWatchStore", "SimulatedMachine", "ArgumentParser", "Foundation", "Glibc", "GRDB",
      "HeapModule", "Logging",
    ],
    "TestSupport": [
      "CloudAPI", "JobWatchConfiguration", "JobWatchCore", "JobWatchDaemon", "JobWatchStore",
      "Dispatch", "Foundation", "Glibc", "Logging", "Synchronization",
    ],
    "demo": [
      "CloudAPI", "CloudModel", "JobWatchConfiguration", "JobWatchCore", "JobWatchDaemon", "JobWatchLogging",
      "JobWatchSpool", "SimulatedCloud", "Foundation", "Glibc", "Logging",
    ],
    "bench": [
      "CloudAPI", "CloudModel", "JobWatchConfiguration", "JobWatchCore", "JobWatchStore", "PollPlanning",
      "SimulatedCloud", "TestSupport", "ArgumentParser", "Foundation", "Glibc", "GRDB", "Synchronization",
    ],
  ]

  /// What is written in C.
  static let foreign: Set<String> = ["CZlib", "SimulatedMachine"]

  /// The helpers that the tests and the benchmark share: the one target of ours whose folder is in `Tests`.
  static let support = "TestSupport"

  /// The files of all targets that are no tests.
  static func files() throws -> [SourceTree.File] {
    try SourceTree.files(in: "Sources") + SourceTree.files(in: "Tests/\(support)")
  }

  /// One place per foreign edge: the only files, or folders, of these targets that may import a module.
  static let edges: [(module: String, places: [String])] = [
    // A command that only reads the database or writes into the spool links no loop.
    (
      "JobWatchDaemon",
      [
        "TestSupport/", "demo/", "simulation/", "jobwatch/CheckCommand.swift", "jobwatch/OnlineCheck/",
        "jobwatch/RunCommand.swift",
      ]
    ),
    (
      "AsyncHTTPClient",
      [
        "CloudAPI/Transport/CertificateFault.swift", "CloudAPI/Transport/HTTPTransport.swift",
        "CloudAPI/Transport/TransportError.swift",
      ]
    ),
    (
      "NIO",
      [
        "CloudAPI/Transport/CertificateFault.swift", "CloudAPI/Transport/HTTPTransport.swift",
        "CloudAPI/Transport/TransportError.swift", "CloudAPI/Transport/TrustedCertificates.swift",
        "SimulatedCloud/LoopbackServer.swift",
      ]
    ),
    (
      "Dispatch",
      [
        "JobWatchDaemon/Loop/Time.swift", "JobWatchFiles/InotifyWatch.swift",
        "JobWatchStore/StoreQueue.swift",
        // A thread apart, for tests that look at the clock.
        "TestSupport/Waiting.swift",
      ]
    ), ("CZlib", ["CloudAPI/Transport/Inflater.swift", "JobWatchStatusLog/LineReader.swift"]),
    ("Yams", ["JobWatchConfiguration/"]),
    ("Hummingbird", ["SimulatedCloud/LoopbackServer.swift"]),
    ("HummingbirdCore", ["SimulatedCloud/LoopbackServer.swift"]),
    ("GRDBSQLite", ["JobWatchStore/WriteAheadLog.swift"]),
    // The benchmark measures against the bare database, and the oracle asks it with queries of its own.
    ("GRDB", ["JobWatchStore/", "bench/Throughput/BareIntake.swift", "simulation/Rows.swift"]),
    // What the standard library lacks of real functions is one file of the planner.
    (
      "Glibc",
      [
        "CloudAPI/", "PollPlanning/RealFunctions.swift", "JobWatchDaemon/", "JobWatchFiles/",
        "JobWatchLogging/", "JobWatchSpool/", "JobWatchStatusLog/",
        "SimulatedCloud/", "TestSupport/", "bench/", "demo/", "jobwatch/", "simulation/",
      ]
    ),
    (
      "Foundation",
      [
        "CloudAPI/", "JobWatchConfiguration/", "JobWatchCore/EventText.swift",
        "JobWatchCore/SystemClock.swift", "JobWatchCore/Timestamp.swift", "JobWatchDaemon/",
        "JobWatchLogging/", "JobWatchSpool/",
        "JobWatchStatusLog/", "JobWatchStore/", "CloudModel/", "TestSupport/", "bench/",
        "demo/", "jobwatch/", "simulation/",
      ]
    ),
  ]

  @Test("point one way", arguments: allowed.keys.sorted())
  func arrows(_ target: String) throws {
    let allowed = Self.allowed[target] ?? []
    let folder = target == Self.support ? "Tests" : "Sources"
    let files = try SourceTree.files(in: "\(folder)/\(target)")
    #expect(!files.isEmpty)
    let wrong = files.flatMap { file in
      file.imports.subtracting(allowed).map { "\(file.path) imports \($0)" }
    }
    #expect(wrong.isEmpty)
    let idle = files.reduce(allowed) { $0.subtracting($1.imports) }
    #expect(idle.isEmpty, "\(target) may import what it does not")
  }

  /// Time is a parameter of each decision.
  @Test(arguments: ["JobWatchCore", "PollPlanning"])
  func `decide without a clock`(_ target: String) throws {
    let reading = try SourceTree.files(in: "Sources/\(target)").filter { file in
      file.code.contains("SystemClock") || file.code.contains("Date()")
    }
    #expect(Set(reading.map(\.path)).isSubset(of: ["Sources/JobWatchCore/SystemClock.swift"]))
  }

  /// What every other target sees of the planner, nested types included; the rest is its own.
  static let planner = [
    "DurationDistribution", "DurationModel", "Endpoint", "KnownType", "PollForecast",
    "PollOutcome", "PollPlan", "PollQueue", "RateLimiter", "RateLimiterRecord", "ScheduledPoll", "TypeKnowledge",
  ]

  @Test func `see twelve types of the planner at the most`() throws {
    let head = /(?:package|public) (?:[a-z]+ )*?(?:struct|class|enum|actor|protocol|typealias) (\w+)/
    let types = try SourceTree.files(in: "Sources/PollPlanning").flatMap { file in
      file.code.matches(of: head).map { String($0.1) }
    }
    #expect(types.sorted() == Self.planner)
    #expect(types.count <= 12)
  }

  @Test func `are all known`() throws {
    let targets = try SourceTree.names(in: "Sources").filter { !$0.hasSuffix(".md") }
    #expect(targets.union([Self.support]) == Set(Self.allowed.keys).union(Self.foreign))
  }

  @Test("meet another's code in one place", arguments: edges.map(\.module))
  func edge(_ module: String) throws {
    let places = try #require(Self.edges.first { $0.module == module }?.places)
    let importing = try Self.files().filter { file in
      file.imports.contains { $0 == module || (module == "NIO" && $0.hasPrefix("NIO")) }
    }
    let paths = importing.map { String($0.path.drop { $0 != "/" }.dropFirst()) }
    #expect(paths.filter { path in !places.contains { path.hasPrefix($0) } }.isEmpty)
    #expect(places.filter { place in !paths.contains { $0.hasPrefix(place) } }.isEmpty)
  }

  /// What of Foundation is worth its import; system calls alone are had from Glibc.
  static let foundation = [
    "Bundle", "CharacterSet", "CocoaError", "Data", "Date", "DecodableWithConfiguration",
    "FileHandle", "FileManager", "JSONDecoder", "JSONEncoder", "JSONSerialization", "Locale",
    "NSError", "NSLock", "NSNumber",
    "NSRegularExpression", "NSString", "NSTemporaryDirectory", "POSIXError", "Pipe", "Process",
    "ProcessInfo", "String(format", "TimeInterval", "TimeZone", "URL", "URLComponents", "UUID",
    "removingPercentEncoding", "replacingOccurrences", "trimmingCharacters",
  ]

  @Test func `import Foundation only where it is used`() throws {
    let idle = try Self.files().filter { file in
      guard file.imports.contains("Foundation") else { return false }
      let words = Set(
        file.code.split { !$0.isLetter && $0 != "(" }.flatMap { word in
          [String(word)] + word.split(separator: "(").map(String.init)
        })
      return words.isDisjoint(with: Self.foundation)
    }
    #expect(idle.map(\.path).isEmpty)
  }
}

@Suite struct `The package` {
  /// Not part of the source: what builds leave behind.
  static let products: Set<String> = [".git", "Package.resolved"]

  static let topLevel: Set<String> = [
    ".ci", ".editorconfig", ".gitignore", ".swift-format", "Package.swift", "README.md", "Sources",
    "Tests", "config", "systemd",
  ]

  @Test func `ships no simulation and no server`() throws {
    let manifest = Manifest(text: try SourceTree.text("Package.swift"))
    let shipped = manifest.closure(of: "jobwatch")
    // The simulation takes over libc's file functions: nothing else may be linked with them.
    let others = manifest.targets.keys.filter { $0 != "simulation" && $0 != "SimulatedMachine" }
    #expect(others.allSatisfy { !manifest.closure(of: $0).contains("SimulatedMachine") })
    #expect(shipped.isSuperset(of: ["JobWatchDaemon", "JobWatchCore", "grdb"]))
    #expect(
      shipped.isDisjoint(
        with: [
          "CloudModel", "SimulatedCloud", "SimulatedMachine", "simulation", "TestSupport", "hummingbird", "demo",
          "bench",
        ]))
  }

  @Test(
    "has parts that link no worker",
    arguments: [
      "JobWatchConfiguration", "JobWatchFiles", "JobWatchLogging", "JobWatchSpool",
      "JobWatchStatusLog",
    ])
  func parts(_ target: String) throws {
    let manifest = Manifest(text: try SourceTree.text("Package.swift"))
    #expect(manifest.targets[target] != nil)
    #expect(!manifest.closure(of: target).contains("JobWatchDaemon"))
  }

  /// Ours, and the products of other packages.
  @Test func `names in its manifest the arrows of the layers`() throws {
    let manifest = Manifest(text: try SourceTree.text("Package.swift"))
    let ours = Set(`The layers`.allowed.keys)
    #expect(Set(manifest.targets.keys).isSuperset(of: ours))
    let known = ours.union(`The layers`.foreign).union(manifest.products.values)
    for (target, allowed) in `The layers`.allowed {
      let named = manifest.targets[target]?.dependencies.map { manifest.products[$0] ?? $0 } ?? []
      #expect(Set(named) == allowed.intersection(known), "\(target)")
    }
  }

  @Test func `has nothing at its top that is not agreed`() throws {
    let names = try SourceTree.names().filter { !$0.hasPrefix(".build") }
    #expect(names.subtracting(Self.products).subtracting(Self.topLevel).isEmpty)
  }
}
