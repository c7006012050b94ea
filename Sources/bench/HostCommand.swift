import ArgumentParser
import Foundation
import Glibc

/// Another program in a process of its own, which stops with the standard input of this one: no child outlives its
/// parent, whatever ends that. Prints its process id, and then what it logs.
struct HostCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(commandName: "host", shouldDisplay: false)

  /// A path, and its arguments.
  @Argument var program: [String]

  func run() async throws {
    let (process, log) = (Process(), Pipe())
    process.executableURL = URL(fileURLWithPath: program[0])
    process.arguments = Array(program.dropFirst())
    process.standardInput = FileHandle.nullDevice
    process.standardError = log
    try process.run()
    Parent.greet("\(process.processIdentifier)")
    Thread.detachNewThread {
      while case let part = log.fileHandleForReading.availableData, !part.isEmpty {
        FileHandle.standardOutput.write(part)
      }
      // It ended by itself, which the parent sees by our end.
      Glibc.exit(1)
    }
    await Parent.gone()
    process.terminate()
    process.waitUntilExit()
  }
}
