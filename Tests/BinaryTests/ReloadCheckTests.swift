import Foundation
import Glibc
import JobWatchCore
import TestSupport
import Testing

@Suite struct `A check beside the daemon` {
  private func check(
    _ file: String, in bed: Testbed, with options: [String] = []
  ) async throws -> ChildProcess.Outcome {
    try await CommandLineTests.jobwatch(["check", "--config", file] + options, in: bed)
  }

  @Test(
    "refuses what a reload refuses, in the same words, and disturbs nobody",
    .timeLimit(.minutes(10)))
  func refuses() async throws {
    try await Testbed.run { bed in
      let (daemon, file) = (try await bed.startDaemon(), bed.place.configuration)
      let good = try bed.place.text(of: file)
      #expect(try await check(file, in: bed).exit == .code(0))
      for (from, to) in [
        ("/state\n", "/else\n"), ("/spool\n", "/else\n"), ("status.log", "other.log"),
      ] {
        try bed.place.write(good.replacing(from, with: to), to: file)
        let outcome = try await check(file, in: bed)
        #expect(outcome.exit == .code(78), "\(outcome.error)")
        let said = try #require(outcome.error.split(separator: "\n").first)
        #expect(said.contains("restart needed"), "\(said)")
        try await bed.waiting(for: "is refused; the old one stays") { daemon.send(SIGHUP) }
        #expect(try bed.place.text(of: bed.place.standardError).contains(said))
      }
      // One that is to take its place.
      let copy = bed.place.root + "/copy.yaml"
      try bed.place.write(good.replacing("status.log", with: "other.log"), to: copy)
      #expect(try await check(copy, in: bed).exit == .code(78))
      try bed.place.write(good, to: file)
      #expect(try await check(file, in: bed).exit == .code(0))
      #expect(try await check(file, in: bed).error.isEmpty)
      let job = PlannedJob.succeeding(after: .zero)
      try bed.submit([job])
      try await within(.seconds(20), "the end is told") { try await bed.told([job]) }
      #expect(await daemon.terminate() == .code(0))
      try bed.place.write(good.replacing("status.log", with: "other.log"), to: file)
      #expect(try await check(file, in: bed).exit == .code(0), "a start takes it")
    }
  }

  @Test("reads with the daemon's environment", .timeLimit(.minutes(10)))
  func environment() async throws {
    try await Testbed.run { bed in
      let (place, file) = (bed.place, bed.place.configuration)
      try place.change("secret_key: {file: \(place.secretKeyFile)}", "secret_key: {env: JOBWATCH_SK}")
      #expect(try await check(file, in: bed).exit == .code(78))
      let daemon = try await bed.startDaemon(after: "export JOBWATCH_SK=\(Workplace.secretKey)")
      #expect(try await check(file, in: bed).exit == .code(0))
      try place.change("{env: JOBWATCH_SK}", "{env: JOBWATCH_SK_2}")
      let other = try await check(file, in: bed)
      #expect(other.exit == .code(78) && other.error.contains("JOBWATCH_SK_2 is not set"))
      #expect(await daemon.terminate() == .code(0))
      #expect(try place.files(holding: [Workplace.secretKey]).isEmpty)
    }
  }

  @Test(
    "tells another user what it could not look at, and root what the service's user may not",
    .timeLimit(.minutes(10)), .enabled(if: geteuid() == 0, "needs root"),
    .enabled(if: access("/usr/bin/setpriv", X_OK) == 0, "needs setpriv"))
  func others() async throws {
    try await Testbed.run { bed in
      let file = bed.place.configuration
      for path in [bed.place.root, file] { chmod(path, 0o755) }
      chmod(bed.place.secretKeyFile, 0o600)
      let nobody = try await ChildProcess.run(
        [
          "--reuid=65534", "--regid=65534", "--clear-groups", try ChildProcess.binary(), "check",
          "--config", file,
        ], program: "/usr/bin/setpriv")
      let (exit, said) = (nobody.exit, nobody.output + nobody.error)
      // Where the build is hidden from others there is nobody to ask.
      if exit != .code(127) && exit != .code(126) {
        #expect(exit == .code(0), "\(said)")
        #expect(said.contains("warning: accounts[0].secret_key: file"), "\(said)")
        #expect(said.contains("warning: this user may not look at all that the service reads"))
      }
      #expect(try await check(file, in: bed).exit == .code(0))
      chown(bed.place.stateDirectory, 65534, 65534)
      let asRoot = try await check(file, in: bed)
      #expect(asRoot.exit == .code(78), "\(asRoot.error)")
      #expect(asRoot.error.contains("secret_key may not be read: let the service's user read it"))
    }
  }
}
