import Foundation
import JobWatchCore
import JobWatchStore

/// Which promises were open when the daemon was killed, read from what it left behind.
enum KillPhase: String, CaseIterable, Sendable {
  /// A job's file is in the spool, and the database does not know the job.
  case fileNotTaken
  /// The job is committed, and its file is still in the spool.
  case fileNotRemoved
  /// The job is committed, its end is not.
  case endNotCommitted
  /// The end is committed, and the receiver has not got it.
  case endNotDelivered
  /// The receiver has got a message that the database holds for waiting.
  case deliveredNotMarked
  /// An event is committed, and not in the status log.
  case eventNotLogged
  /// An event is in the status log, and the cursor stands before it.
  case loggedNotMarked
}

/// What a killed daemon left behind.
struct Wreck {
  /// Of the jobs that were looked at, those of which nothing is open any more.
  private(set) var settled: Set<String> = []
  private(set) var phases: Set<KillPhase> = []

  /// `delivered` holds the ids of the messages that the receiver took.
  init(_ place: Workplace, jobs: [PlannedJob], delivered: Set<String>) throws {
    let spooled = try Self.spooled(in: place)
    let logged = try Self.lastLogged(in: place)
    try StoreReader(path: place.database).read { transaction in
      for job in jobs {
        guard let known = try transaction.jobs.all(withID: job.id).first else {
          if spooled.contains(job.id) { phases.insert(.fileNotTaken) }
          continue
        }
        if spooled.contains(job.id) { phases.insert(.fileNotRemoved) }
        if !known.state.isFinal { phases.insert(.endNotCommitted) }
        let waiting = try transaction.messages.all(of: known.id).filter { $0.state == "waiting" }
        for message in waiting {
          if delivered.contains(message.eventID) {
            phases.insert(.deliveredNotMarked)
          } else if message.kind == job.end.rawValue {
            phases.insert(.endNotDelivered)
          }
        }
        if waiting.isEmpty && known.state.isFinal && !spooled.contains(job.id) { settled.insert(job.id) }
      }
      if try transaction.events.lastSeq() > logged { phases.insert(.eventNotLogged) }
      if try transaction.logCursor(place.statusLog)?.seq ?? 0 < logged { phases.insert(.loggedNotMarked) }
    }
  }

  /// The ids in the spool, one plain line each.
  private static func spooled(in place: Workplace) throws -> Set<String> {
    var ids: Set<String> = []
    for name in try place.names(in: place.incoming) where !name.hasPrefix(".") {
      for line in try place.text(of: "\(place.incoming)/\(name)").split(separator: "\n") {
        ids.formUnion(line.split(separator: " ").suffix(1).map(String.init))
      }
    }
    return ids
  }

  private static func lastLogged(in place: Workplace) throws -> Int64 {
    try StatusLogLines(path: place.statusLog).soFar().last?.seq ?? 0
  }
}
