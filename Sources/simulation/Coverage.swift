import JobWatchCore

/// What runs have reached, by counters: a promise proves nothing about what never happened.
struct Coverage {
  private(set) var counts: [String: Int] = [:]

  /// The answers of `Sources/INTERNALS.md`, section "What an answer does".
  enum Answer: String, CaseIterable {
    case seen, unrecognised, absent, busy, garbled, unreachable, throttled, refused, skewed, forbidden, misconfigured
  }

  /// What a hundred seeds of three days must reach at least once.
  static let expected: [String] =
    EventKind.allCases.map { "event \($0.rawValue)" } + Answer.allCases.map { "answer \($0)" }
    + DiskFaults.Place.allCases.flatMap { place in
      [
        "ENOSPC", "EIO write", "EIO sync", "EIO read", "EIO name", "EROFS", "EMFILE", "short write", "death",
        "torn write",
      ].map {
        "disk \(place) \($0)"
      }
    }
    + Troubles.Kind.allCases.map { "trouble \($0)" } + CloudSide.Trouble.allCases.map { "cloud \($0)" }
    + Receiver.Trouble.allCases.map { "receiver \($0)" } + ["message given up"]

  /// Why some of it cannot be.
  static let excused: [String: String] = [
    "event job.forgotten": "no command forgets a job yet",
    "disk spool torn write": "only reasons are written there, in one small write",
    "disk spool EIO write": "only reasons are written there, seldom while writes fail",
    "disk store EIO name": "only a start, a stop and a copy change a name there, seldom in such an hour",
    "disk log EIO name": "only a new file and one that is set aside change a name there, seldom in such an hour",
  ]

  init() {}

  init(of world: World) {
    for event in world.oracle.kinds { counts["event \(event.key)"] = event.value }
    for answer in world.cloud.answers { counts["answer \(answer.key)"] = answer.value }
    for fault in world.machine.faults.counts { counts["disk \(fault.key)"] = fault.value }
    var troubles = world.troubles.counts
    troubles[.killAtCall] = world.network.kills
    troubles[.wrongAnswer] = world.cloud.wrongAnswers
    troubles[.receiverFailure] = world.receivers.map(\.singleFailures).reduce(0, +)
    troubles[.shortWrite] = counts.filter { $0.key.hasSuffix("short write") }.values.reduce(0, +)
    for (kind, count) in troubles { counts["trouble \(kind)"] = count }
    for (trouble, count) in world.cloud.troublesMet { counts["cloud \(trouble)"] = count }
    for receiver in world.receivers {
      for (trouble, count) in receiver.troublesMet { counts["receiver \(trouble)", default: 0] += count }
    }
    counts["message given up"] = world.oracle.lastRows?.messages.count { $0.state == "given_up" }
    for message in world.machine.messages { counts["log \(message.key)"] = message.value }
  }

  /// A line of a child's output; false for any other.
  mutating func take(_ line: Substring) -> Bool {
    let parts = line.split(separator: " ", maxSplits: 2)
    guard parts.count == 3, parts[0] == "coverage", let count = Int(parts[1]) else { return false }
    counts[String(parts[2]), default: 0] += count
    return true
  }

  var lines: [String] { counts.sorted { $0.key < $1.key }.map { "coverage \($0.value) \($0.key)" } }

  /// What was not reached, and should have been.
  var missing: [String] { Self.expected.filter { counts[$0, default: 0] == 0 && Self.excused[$0] == nil } }

  var report: String {
    let reached = counts.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
    let excused = Self.excused.sorted { $0.key < $1.key }.map { "\($0.key): 0, because \($0.value)" }
    return (reached + excused + missing.map { "\($0): 0, and nothing explains it" }).joined(separator: "\n")
  }
}
