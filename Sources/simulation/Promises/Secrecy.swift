import Foundation
import JobWatchCore
import SimulatedMachine

/// Secrets leave only in requests to their own host, and only hosts of the configuration are called.
struct Secrecy: Promise {
  /// How much of each output was searched.
  private var seen = (journal: 0, deliveries: [String: Int](), event: Int64(0))

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    let secrets = (world.setup.secretTexts + world.cloud.state.authenticator.issued.map { $0.reveal() }).map {
      Array($0.utf8)
    }
    var outputs = freshOutput(rows, world)
    let names = isEnd ? Disk.allNames(in: world.setup.disk) : []
    outputs += names.map { ($0, Array(Disk.content(of: "\(world.setup.disk)/\($0)") ?? Data())) }
    let leaks = outputs.filter { output in secrets.contains(where: output.bytes.contains) }
    return Set(world.cloud.misdirected).sorted().map { Violation("SECRET", $0) }
      + world.network.strangers.sorted().map { Violation("SECRET", "\($0) was asked, which nobody configured") }
      + Set(leaks.map(\.place)).sorted().map { Violation("SECRET", "a secret is in \($0)") }
  }

  private mutating func freshOutput(_ rows: Rows, _ world: World) -> [(place: String, bytes: [UInt8])] {
    let journal = world.machine.journal
    var fresh = [("the journal", Array(journal.dropFirst(seen.journal)))]
    seen.journal = journal.count
    fresh.append(("the daemon's log", Array(world.machine.takeLines().joined(separator: "\n").utf8)))
    for receiver in world.receivers {
      fresh += receiver.deliveries.dropFirst(seen.deliveries[receiver.channel] ?? 0).map { (receiver.channel, $0.body) }
      seen.deliveries[receiver.channel] = receiver.deliveries.count
    }
    fresh += rows.events.filter { $0.seq > seen.event }.map { ("the events", Array($0.data.utf8)) }
    seen.event = rows.events.last?.seq ?? seen.event
    fresh.append(("the messages", Array(rows.messages.compactMap(\.lastError).joined(separator: "\n").utf8)))
    return fresh
  }
}

extension [UInt8] {
  func contains(_ part: [UInt8]) -> Bool { memory_contains(self, count, part, part.count) }
}
