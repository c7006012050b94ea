import Foundation
import TestSupport

/// A throw-away Python environment with packages of others, to check our work by theirs.
struct PythonEnvironment: Sendable {
  private let place: Workplace

  /// Nil, and the reason in the test's output, where the packages cannot be had: such a test is
  /// skipped, because a machine without a package index must be able to run the rest.
  init?(with packages: String, in place: Workplace) async throws {
    self.place = place
    let install = "python3 -m venv \(place.root)/venv && timeout 150 \(place.root)/venv/bin/pip install -q " + packages
    let (installed, complaint) = try await Self.shell(install)
    guard installed == .code(0) else {
      print("skipped: \(packages) cannot be installed here: \(complaint)")
      return nil
    }
  }

  /// Of the programs beside the tests.
  static func program(_ name: String) -> String {
    URL(fileURLWithPath: #filePath).deletingLastPathComponent().path + "/Vendor/\(name)"
  }

  /// Runs a program to its end: the exit, and what was said on either output.
  func run(_ arguments: String) async throws -> (ChildProcess.Exit, String) {
    try await Self.shell("cd \(place.root) && venv/bin/python \(arguments)")
  }

  /// Runs a program while `body` runs; what it says goes into the file `output`.
  func run(_ arguments: [String], output: String, during body: () async throws -> Void) async throws {
    let process = try ChildProcess(arguments, program: "\(place.root)/venv/bin/python", output: output, error: output)
    do {
      try await body()
    } catch {
      await process.kill()
      throw error
    }
    await process.kill()
  }

  private static func shell(_ command: String) async throws -> (ChildProcess.Exit, String) {
    let outcome = try await ChildProcess.run(["-c", command], program: "/bin/sh")
    return (outcome.exit, outcome.output + outcome.error)
  }
}
