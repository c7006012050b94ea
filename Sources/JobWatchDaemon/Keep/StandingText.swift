import JobWatchStore

/// How things stand, in the one line that `systemctl status` shows. What is in order is not mentioned.
struct StandingText {
  var standing: Standing
  /// Jobs whose poll is due, or overdue.
  var due: Int
  var conditions: [Ledger.Condition]
  /// Those that are configured.
  var accounts: Set<String>
  var channels: Set<String>

  var line: String {
    ([jobs] + [parked, paused, down, failing, messages].compactMap(\.self)).joined(separator: "; ")
  }

  private var jobs: String {
    let watched = standing.watched.filter { accounts.contains($0.key) }.values.reduce(0, +)
    return "watching \(count(watched, "job")), \(due) due, \(standing.atRisk) at risk"
  }

  private var parked: String? {
    let parked = standing.watched.filter { !accounts.contains($0.key) }
    guard !parked.isEmpty else { return nil }
    return "\(parked.values.reduce(0, +)) parked (not configured: \(list(parked.keys)))"
  }

  private var paused: String? {
    let names = subjects("account/").filter(accounts.contains)
    return names.isEmpty ? nil : "paused: \(list(names))"
  }

  /// Services of accounts: those that give no answer, and those whose calls are not allowed.
  private var down: String? {
    let lanes = subjects("endpoint/").filter { lane in
      accounts.contains { lane.hasPrefix("\($0)/") }
    }
    return lanes.isEmpty ? nil : "no use calling: \(list(lanes))"
  }

  private var failing: String? {
    let names = subjects("channel/").filter(channels.contains)
    return names.isEmpty ? nil : "channels failing: \(list(names))"
  }

  private var messages: String? {
    let waiting = standing.waiting.values.reduce(0, +)
    var parts = waiting == 0 ? [] : ["\(count(waiting, "message")) waiting"]
    let parked = standing.waiting.keys.filter { !channels.contains($0) }
    if !parked.isEmpty { parts[0] += " (not configured: \(list(parked)))" }
    if standing.givenUp > 0 { parts.append("\(count(standing.givenUp, "message")) given up") }
    return parts.isEmpty ? nil : parts.joined(separator: ", ")
  }

  private func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private func subjects(_ prefix: String) -> [String] {
    let names = conditions.filter { $0.subject.hasPrefix(prefix) }
      .map { String($0.subject.dropFirst(prefix.count)) }
    return Array(Set(names))
  }

  /// So many names that the line stays one.
  private func list(_ names: some Collection<String>) -> String {
    let few = names.sorted().prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(few) and \(names.count - 5) more" : few
  }
}
