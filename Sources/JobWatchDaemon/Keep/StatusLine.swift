import JobWatchCore
import JobWatchStore

/// How things stand, in the one line that `systemctl status` shows. What is in order is not mentioned.
struct StatusLine {
  var totals: Totals
  /// Jobs whose poll is due, or overdue.
  var due: Int
  /// Those that were told of and last.
  var conditions: [Condition]
  /// Those that are configured.
  var accounts: Set<String>
  var channels: Set<String>
  /// Spool files that have been open for writing for too long.
  var unclosed: [String] = []

  /// All that the line can say; jobwatch(8) explains each.
  enum Part: CaseIterable {
    case watched, due, atRisk, parked, paused, down, failing, unclosed, waiting, givenUp
  }

  private static let groups: [[Part]] = [
    [.watched, .due, .atRisk], [.parked], [.paused], [.down], [.failing], [.unclosed],
    [.waiting, .givenUp],
  ]

  var line: String {
    Self.groups.map { $0.compactMap(text).joined(separator: ", ") }.filter { !$0.isEmpty }
      .joined(separator: "; ")
  }

  /// Nil: that is in order.
  func text(_ part: Part) -> String? {
    switch part {
    case .watched: watched
    case .due: "\(due) due"
    case .atRisk: "\(totals.atRisk) at risk"
    case .parked: parked
    case .paused: named("paused", pausedAccounts.filter(accounts.contains))
    case .down: named("no use calling", endpoints)
    case .failing: named("channels failing", failingChannels.filter(channels.contains))
    case .unclosed: named("spool files not closed", unclosed)
    case .waiting: waiting
    case .givenUp: totals.givenUp == 0 ? nil : "\(count(totals.givenUp, "message")) given up"
    }
  }

  private var watched: String {
    let watched = totals.watched.filter { accounts.contains($0.key) }.values.reduce(0, +)
    return "watching \(count(watched, "job"))"
  }

  private var parked: String? {
    let parked = totals.watched.filter { !accounts.contains($0.key) }
    guard !parked.isEmpty else { return nil }
    return "\(parked.values.reduce(0, +)) parked (not configured: \(list(parked.keys)))"
  }

  /// Services of accounts: those that give no answer, and those whose calls are not allowed.
  private var endpoints: [String] {
    names { subject in
      guard case .endpoint(let key) = subject, accounts.contains(key.account) else { return nil }
      return "\(key)"
    }
  }

  private var pausedAccounts: [String] {
    names { if case .account(let name) = $0 { name } else { nil } }
  }

  private var failingChannels: [String] {
    names { if case .channel(let name) = $0 { name } else { nil } }
  }

  private var waiting: String? {
    let waiting = totals.waiting.values.reduce(0, +)
    guard waiting > 0 else { return nil }
    let text = "\(count(waiting, "message")) waiting"
    let parked = totals.waiting.keys.filter { !channels.contains($0) }
    return parked.isEmpty ? text : "\(text) (not configured: \(list(parked)))"
  }

  private func named(_ trouble: String, _ names: [String]) -> String? {
    names.isEmpty ? nil : "\(trouble): \(list(names))"
  }

  private func count(_ number: Int, _ noun: String) -> String {
    "\(number) \(noun)\(number == 1 ? "" : "s")"
  }

  private func names(_ name: (Condition.Subject) -> String?) -> [String] {
    Array(Set(conditions.compactMap { name($0.subject) }))
  }

  /// So many names that the line stays one.
  private func list(_ names: some Collection<String>) -> String {
    let few = names.sorted().prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(few) and \(names.count - 5) more" : few
  }
}
