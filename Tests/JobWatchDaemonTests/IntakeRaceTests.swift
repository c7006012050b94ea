import Glibc
import JobWatchCore
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite struct `Programs that write while the intake turns` {
  private static let appenders = 3
  private static let lines = 400

  @Test(
    "lose no line, and nothing is taken by half", .timeLimit(.minutes(10)),
    arguments: [UInt64(1), 2, 3])
  func noLineIsLost(_ seed: UInt64) async throws {
    try await withSpool { spool in
      let writing = Task.detached {
        try await withThrowingTaskGroup(of: Set<String>.self) { group in
          for number in 0..<Self.appenders {
            group.addTask { try await Self.append(number, to: spool.incoming + "/jobs") }
          }
          group.addTask { try Self.trickle(seed, into: spool.incoming + "/trickle") }
          group.addTask { try Self.flush(seed, into: spool.incoming + "/jobs") }
          return try await group.reduce(into: Set<String>()) { $0.formUnion($1) }
        }
      }
      let done = Flag()
      let ending = Task {
        defer {
          done.raise()
          spool.alarm.ring()
        }
        return try await writing.value
      }
      var turns = 0
      while !done.isRaised {
        try await spool.turn(at: turns)
        await spool.alarm.wait(.milliseconds(5))
        turns += 1
      }
      let written = try await ending.value
      // What was closed last is announced; a minute later everything is scanned.
      for second in 0..<3 { try await spool.turn(at: turns + 60 + second) }
      #expect(try spool.left().isEmpty && spool.rejected().isEmpty)
      let jobs = try await spool.jobs()
      #expect(written.subtracting(jobs).isEmpty, "lost")
      #expect(jobs.subtracting(written).isEmpty, "half")
    }
  }

  /// `echo ID >> jobs`, again and again, in a process of its own.
  private static func append(_ number: Int, to path: String) async throws -> Set<String> {
    let script = "i=0; while [ $i -lt \(lines) ]; do echo \"shell\(number)-$i\" >> \"$0\"; i=$((i+1)); done"
    let outcome = try await ChildProcess.run(["-c", script, path], program: "/bin/sh")
    #expect(outcome.exit == .code(0), "\(outcome.error)")
    return Set((0..<lines).map { "shell\(number)-\($0)" })
  }

  /// Writers one after another, each with lines that come in pieces.
  private static func trickle(_ seed: UInt64, into path: String) throws -> Set<String> {
    var chance = SeededGenerator(seed)
    var ids: Set<String> = []
    for turn in 0..<40 {
      let writer = try OpenWriter(path)
      let batch = (0..<20).map { "trickle\(turn)-\($0)-xxxxxxxxxxxxxxxxxxxx" }
      ids.formUnion(batch)
      var text = batch.map { $0 + "\n" }.joined()[...]
      while !text.isEmpty {
        let count = Int.random(in: 1...97, using: &chance)
        writer.write(String(text.prefix(count)))
        text = text.dropFirst(count)
        sched_yield()
      }
      writer.finish()
    }
    return ids
  }

  /// The same with whole lines, several at a time, so that others may append to the file meanwhile.
  private static func flush(_ seed: UInt64, into path: String) throws -> Set<String> {
    var chance = SeededGenerator(seed &+ 99)
    var ids: Set<String> = []
    for turn in 0..<100 {
      let writer = try OpenWriter(path)
      for part in 0..<Int.random(in: 1...9, using: &chance) {
        let batch = (0..<Int.random(in: 1...5, using: &chance)).map { "flush\(turn)-\(part)-\($0)" }
        ids.formUnion(batch)
        writer.write(batch.map { $0 + "\n" }.joined())
        sched_yield()
      }
      writer.finish()
    }
    return ids
  }
}

private final class Flag: Sendable {
  private let signal = StopSignal()
  var isRaised: Bool { signal.isRaised }
  func raise() { signal.raise() }
}
