import ArgumentParser
import CloudAPI
import Foundation
import JobWatchCore
import JobWatchSpool
import SystemPackage

/// Submits the jobs that a stream names, each as soon as a line names it, and passes the stream on if that is wanted.
///
/// Whatever happens to the spool, the stream goes on: a deployment must not stop because its jobs cannot be watched.
final class StreamScan {
  private let spool: SpoolWriter
  private let options: SpoolSubmission
  private let rules: SpoolRules?
  private let isPassedOn: Bool
  private let print: (SpoolSubmission, String) throws -> Void

  private var scanner = JobScanner()
  /// Found, and not in the spool yet.
  private var waiting: [SpoolSubmission] = []
  private var submitted = 0
  private var refused = 0
  private var trouble: String?

  private static let chunk = 262_144

  /// - Parameters:
  ///   - options: what the stream does not say of the jobs.
  ///   - rules: nil: no configuration was read, and hosts of the clouds alone are known.
  ///   - print: called with each job that is in the spool, and its file.
  init(
    spool: SpoolWriter, options: SpoolSubmission, rules: SpoolRules?, isPassedOn: Bool,
    print: @escaping (SpoolSubmission, String) throws -> Void
  ) {
    self.spool = spool
    self.options = options
    self.rules = rules
    self.isPassedOn = isPassedOn
    self.print = print
    // Who reads the stream or the names may have enough of them: the jobs are wanted all the same.
    signal(SIGPIPE, SIG_IGN)
  }

  /// Reads standard input to its end.
  func read() throws {
    // An interrupt is for the program that writes, whose last words count.
    signal(SIGINT, SIG_IGN)
    try drain(.standardInput, "standard input")
    try end()
  }

  func read(_ path: String) throws {
    let file = try reading(path) { try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec]) }
    try file.closeAfter { try drain(file, path) }
    try end()
  }

  private func reading<Value>(_ name: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as Errno {
      throw ExitCode.misuse.telling("\(name) cannot be read: \(error)")
    }
  }

  private func drain(_ file: FileDescriptor, _ name: String) throws {
    var isPassedOn = isPassedOn
    while true {
      let bytes = try reading(name) {
        try [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
          count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
        }
      }
      if bytes.isEmpty { return }
      if isPassedOn {
        do { try StandardOutput.write(bytes) } catch is StandardOutput.Closed { isPassedOn = false }
      }
      scanner.scan(bytes, found: take)
      try submit()
    }
  }

  private func take(_ address: JobAddress) {
    guard rules?.knowsHost(of: address) ?? !address.places.isEmpty else { return }
    var submission = SpoolSubmission(word: address.text)
    let problem =
      submission.complete(with: options, by: rules) { _ in } ?? submission.problem ?? rules?.problem(submission)
    if let problem {
      refused += 1
      StandardError.write("\(submission.jobID) is not submitted: \(problem)")
    } else {
      waiting.append(submission)
    }
  }

  private func submit() throws {
    while let next = waiting.first {
      let path: String
      do throws(SpoolWriter.Failure) {
        path = try spool.write([next], at: Timestamp(Date()))
      } catch {
        // It is tried again with what comes next, and told once.
        if trouble == nil { StandardError.write("\(error)") }
        trouble = error.description
        return
      }
      waiting.removeFirst()
      submitted += 1
      do { try print(next, path) } catch is StandardOutput.Closed {}
    }
    trouble = nil
  }

  private func end() throws {
    scanner.scan([], isEnd: true, found: take)
    try submit()
    let others = refused == 0 ? "" : ", \(refused) not"
    StandardError.write("\(submitted) \(submitted == 1 ? "job" : "jobs") submitted\(others)")
    if let trouble {
      throw ExitCode.tryAgain.telling("\(waiting.count) of the stream's jobs could not be submitted: \(trouble)")
    }
    if refused > 0 { throw ExitCode.misuse }
  }
}
