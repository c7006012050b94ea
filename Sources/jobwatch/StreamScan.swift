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
  /// Between two looks at a file that may grow.
  private static let rest = 0.2

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
  }

  /// Reads standard input to its end.
  func read() throws {
    // An interrupt is for the program that writes, whose last words count.
    signal(SIGINT, SIG_IGN)
    try drain(.standardInput)
    try end()
  }

  /// - Parameter follows: goes on as the file grows, and with the file that takes its place, until it is killed.
  func read(_ path: String, follows: Bool) throws {
    repeat {
      let file: FileDescriptor
      do {
        file = try FileDescriptor.open(FilePath(path), .readOnly, options: [.closeOnExec])
      } catch let error as Errno {
        throw ExitCode.misuse.telling("\(path) cannot be read: \(error)")
      }
      defer { try? file.close() }
      try drain(file)
      while follows, isCurrent(file, path) {
        Thread.sleep(forTimeInterval: Self.rest)
        try drain(file)
      }
      try drain(file)
    } while follows
    try end()
  }

  /// Whether the path still leads to the file, and that was not cut.
  private func isCurrent(_ file: FileDescriptor, _ path: String) -> Bool {
    var (here, there) = (stat(), stat())
    guard fstat(file.rawValue, &here) == 0 else { return false }
    // Between two files of a rotation there may be none.
    guard stat(path, &there) == 0 else { return true }
    return here.st_ino == there.st_ino && here.st_dev == there.st_dev
      && here.st_size >= lseek(file.rawValue, 0, SEEK_CUR)
  }

  private func drain(_ file: FileDescriptor) throws {
    var isPassedOn = isPassedOn
    while true {
      let bytes = try [UInt8](unsafeUninitializedCapacity: Self.chunk) { buffer, count in
        count = try file.read(into: UnsafeMutableRawBufferPointer(buffer))
      }
      if bytes.isEmpty { return }
      if isPassedOn {
        // Who reads it may have enough of it; the jobs are wanted all the same.
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
      do throws(SpoolWriter.Failure) {
        let path = try spool.write([next], at: Timestamp(Date()))
        waiting.removeFirst()
        submitted += 1
        try? print(next, path)
      } catch {
        // It is tried again with what comes next, and told once.
        if trouble == nil { StandardError.write("\(error)") }
        trouble = error.description
        return
      }
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
