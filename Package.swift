// swift-tools-version: 6.2

import PackageDescription

/// What every target of this package is built with. Warnings are errors: a warning that nobody has to
/// mend is a warning that nobody reads.
let strict: [SwiftSetting] = [
  .swiftLanguageMode(.v6),
  .treatAllWarnings(as: .error),
]

let argumentParser = Target.Dependency.product(
  name: "ArgumentParser", package: "swift-argument-parser")
let asyncHTTPClient = Target.Dependency.product(
  name: "AsyncHTTPClient", package: "async-http-client")
let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let grdb = Target.Dependency.product(name: "GRDB", package: "GRDB.swift")
let sqlite = Target.Dependency.product(name: "GRDBSQLite", package: "GRDB.swift")
let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
let heap = Target.Dependency.product(name: "HeapModule", package: "swift-collections")
let hummingbird = Target.Dependency.product(name: "Hummingbird", package: "hummingbird")
let hummingbirdCore = Target.Dependency.product(name: "HummingbirdCore", package: "hummingbird")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let nioCore = Target.Dependency.product(name: "NIOCore", package: "swift-nio")
let nioHTTP1 = Target.Dependency.product(name: "NIOHTTP1", package: "swift-nio")
let nioPosix = Target.Dependency.product(name: "NIOPosix", package: "swift-nio")
let nioSSL = Target.Dependency.product(name: "NIOSSL", package: "swift-nio-ssl")
let unixSignals = Target.Dependency.product(
  name: "UnixSignals", package: "swift-service-lifecycle")
let systemPackage = Target.Dependency.product(
  name: "SystemPackage", package: "swift-system")
let yams = Target.Dependency.product(name: "Yams", package: "Yams")

let package = Package(
  name: "jobwatch",
  platforms: [.macOS(.v15)],
  products: [
    .executable(name: "jobwatch", targets: ["jobwatch"])
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
    .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
    .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
    .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
    .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
    .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
    .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
    .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
    .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
    .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
    .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
  ],
  targets: [
    .target(name: "JobWatchCore", swiftSettings: strict),
    .target(
      name: "PollPlanning",
      dependencies: ["JobWatchCore", deque, heap],
      exclude: ["Polling.md"],
      swiftSettings: strict),
    .target(
      name: "CloudAPI",
      dependencies: [
        "JobWatchCore", "CZlib", asyncHTTPClient, crypto, nioCore, nioHTTP1, nioPosix, nioSSL,
      ],
      swiftSettings: strict),
    .systemLibrary(name: "CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "JobWatchStore",
      dependencies: ["JobWatchCore", "PollPlanning", grdb, sqlite],
      swiftSettings: strict),
    .target(name: "JobWatchFiles", dependencies: [systemPackage], swiftSettings: strict),
    .target(
      name: "JobWatchConfiguration",
      dependencies: ["JobWatchCore", "PollPlanning", "CloudAPI", yams],
      swiftSettings: strict),
    .target(
      name: "JobWatchSpool",
      dependencies: [
        "JobWatchCore", "CloudAPI", "JobWatchConfiguration", "JobWatchFiles", systemPackage,
      ],
      swiftSettings: strict),
    .target(
      name: "JobWatchStatusLog",
      dependencies: [
        "JobWatchCore", "JobWatchStore", "JobWatchFiles", "CZlib", logging, systemPackage, unixSignals,
      ],
      swiftSettings: strict),
    .target(
      name: "JobWatchLogging",
      dependencies: ["JobWatchCore", "JobWatchFiles", logging, systemPackage],
      swiftSettings: strict),
    .target(
      name: "JobWatchDaemon",
      dependencies: [
        "JobWatchCore", "PollPlanning", "CloudAPI", "JobWatchStore", "JobWatchConfiguration",
        "JobWatchFiles", "JobWatchLogging", "JobWatchSpool", "JobWatchStatusLog", crypto, logging,
        unixSignals,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "jobwatch",
      dependencies: [
        "JobWatchCore", "PollPlanning", "CloudAPI", "JobWatchStore", "JobWatchConfiguration",
        "JobWatchDaemon", "JobWatchLogging", "JobWatchSpool", "JobWatchStatusLog", argumentParser,
        logging, systemPackage,
      ],
      swiftSettings: strict),
    .target(
      name: "CloudModel", dependencies: ["JobWatchCore", "CloudAPI", crypto],
      swiftSettings: strict),
    .target(
      name: "SimulatedCloud",
      dependencies: ["JobWatchCore", "CloudAPI", "CloudModel", hummingbird, hummingbirdCore, nioCore, logging],
      swiftSettings: strict),
    .target(name: "SimulatedMachine"),
    .executableTarget(
      name: "simulation",
      dependencies: [
        "JobWatchCore", "CloudAPI", "CloudModel", "JobWatchStore", "JobWatchConfiguration", "JobWatchDaemon",
        "JobWatchFiles", "JobWatchLogging", "SimulatedMachine", argumentParser, grdb, heap, logging,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "demo",
      dependencies: [
        "JobWatchCore", "CloudAPI", "JobWatchConfiguration", "JobWatchDaemon", "JobWatchLogging",
        "JobWatchSpool", "CloudModel", "SimulatedCloud", logging,
      ],
      swiftSettings: strict),
    .executableTarget(
      name: "bench",
      dependencies: [
        "JobWatchCore", "PollPlanning", "CloudAPI", "JobWatchStore", "JobWatchConfiguration",
        "CloudModel", "SimulatedCloud", "TestSupport", argumentParser, grdb,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "JobWatchCoreTests",
      dependencies: ["JobWatchCore", "PollPlanning", "TestSupport", "TestTraits"],
      swiftSettings: strict),
    .testTarget(
      name: "PollPlanningTests",
      dependencies: ["JobWatchCore", "PollPlanning", "TestSupport", "TestTraits"],
      swiftSettings: strict),
    .testTarget(
      name: "CloudAPITests",
      dependencies: ["JobWatchCore", "CloudAPI", "CloudModel", "SimulatedCloud", "TestSupport", "CZlib"],
      resources: [.copy("Vectors")],
      swiftSettings: strict),
    .testTarget(
      name: "JobWatchStoreTests",
      dependencies: ["JobWatchCore", "PollPlanning", "JobWatchStore", "TestSupport", grdb],
      exclude: ["Schemas"],
      swiftSettings: strict),
    .testTarget(
      name: "JobWatchConfigurationTests",
      dependencies: [
        "JobWatchCore", "CloudAPI", "JobWatchConfiguration", "JobWatchDaemon", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "JobWatchSpoolTests",
      dependencies: [
        "JobWatchCore", "CloudAPI", "JobWatchConfiguration", "JobWatchSpool", "TestSupport",
      ],
      swiftSettings: strict),
    .testTarget(
      name: "JobWatchStatusLogTests",
      dependencies: [
        "JobWatchCore", "JobWatchStore", "JobWatchFiles", "JobWatchStatusLog", "TestSupport",
        logging, systemPackage,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "FuzzTests",
      dependencies: [
        "JobWatchCore", "CloudAPI", "JobWatchConfiguration", "JobWatchSpool", "JobWatchStatusLog", "CZlib",
        systemPackage,
      ],
      path: "Tests/Fuzz",
      exclude: ["Corpus", "Entry.swift", "run"],
      swiftSettings: strict),
    .testTarget(
      name: "JobWatchLoggingTests",
      dependencies: ["JobWatchCore", "JobWatchFiles", "JobWatchLogging", "TestSupport", logging],
      swiftSettings: strict),
    .testTarget(
      name: "JobWatchDaemonTests",
      dependencies: [
        "JobWatchCore", "PollPlanning", "CloudAPI", "JobWatchStore", "JobWatchConfiguration",
        "JobWatchDaemon", "JobWatchFiles", "JobWatchLogging", "JobWatchSpool", "JobWatchStatusLog",
        "CloudModel", "SimulatedCloud", "TestSupport", logging,
      ],
      swiftSettings: strict),
    .testTarget(
      name: "BinaryTests",
      dependencies: [
        "jobwatch", "JobWatchCore", "PollPlanning", "CloudAPI", "JobWatchConfiguration",
        "JobWatchDaemon", "JobWatchSpool", "JobWatchStore", "CloudModel", "SimulatedCloud", "TestSupport",
      ],
      exclude: ["Vendor"],
      swiftSettings: strict),
    .target(
      name: "TestTraits", dependencies: ["TestSupport"], path: "Tests/TestTraits",
      swiftSettings: strict),
    .target(
      name: "TestSupport",
      dependencies: [
        "JobWatchCore", "CloudAPI", "JobWatchStore", "JobWatchConfiguration", "JobWatchDaemon",
        logging,
      ],
      path: "Tests/TestSupport",
      swiftSettings: strict),
    .testTarget(name: "BenchTests", dependencies: ["bench"], swiftSettings: strict),
    .testTarget(name: "LayeringTests", swiftSettings: strict),
  ]
)
