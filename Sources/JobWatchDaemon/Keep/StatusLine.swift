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
    [.watched, .due, .atRisk], [.parked], [.paused], [.down], [.failing], [.unclosed], [.waiting, .givenUp],
  ]

  var line: String {
    Self.groups.map { $0.compactMap(text).joined(separator: ", ") }.filter { !$0.isEmpty }
      .joined(separator: "; ")
  }

  /// Nil: that is in order.
  func text(_ part: Part) -> String? {
    switch part {
    case .watched: "watching \(count(watched(isParked: false).values.reduce(0, +), "job"))"
    case .due: "\(due) due"
    case .atRisk: "\(totals.atRisk) at risk"
    case .parked: parked
    case .paused:
      named("paused") {
        if case .account(let name) = $0, accounts.contains(name) { name } else { nil }
      }
    // Services that give no answer, and those whose calls are not allowed.
    case .down:
      named("not answering or not allowed") {
        if case .endpoint(let key) = $0, accounts.contains(key.account) { "\(key)" } else { nil }
      }
    case .failing:
      named("channels failing") {
        if case .channel(let name) = $0, channels.contains(name) { name } else { nil }
      }
    case .unclosed: unclosed.isEmpty ? nil : "spool files not closed: \(list(unclosed))"
    case .waiting: waiting
    case .givenUp: totals.givenUp == 0 ? nil : "\(count(totals.givenUp, "message")) given up"
    }
  }

  private func watched(isParked: Bool) -> [String: Int] {
    totals.watched.filter { accounts.contains($0.key) != isParked }
  }

  private var parked: String? {
    let parked = watched(isParked: true)
    guard !parked.isEmpty else { return nil }
    return "\(parked.values.reduce(0, +)) parked (not configured: \(list(parked.keys)))"
  }

  private var waiting: String? {
    let waiting = totals.waiting.values.reduce(0, +)
    guard waiting > 0 else { return nil }
    let text = "\(count(waiting, "message")) waiting"
    let parked = totals.waiting.keys.filter { !channels.contains($0) }
    return parked.isEmpty ? text : "\(text) (not configured: \(list(parked)))"
  }

  private func named(_ trouble: String, _ name: (Condition.Subject) -> String?) -> String? {
    let names = Set(conditions.compactMap { name($0.subject) })
    return names.isEmpty ? nil : "\(trouble): \(list(names))"
  }

  private func count(_ number: Int, _ noun: String) -> String { "\(number) \(noun)\(number == 1 ? "" : "s")" }

  /// At most five names, because the line stays one.
  private func list(_ names: some Collection<String>) -> String {
    let few = names.sorted().prefix(5).joined(separator: ", ")
    return names.count > 5 ? "\(few) and \(names.count - 5) more" : few
  }
}
