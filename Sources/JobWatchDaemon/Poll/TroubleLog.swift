import JobWatchCore
import Synchronization

/// What stood in the way of polls lately, and where, so that a loss can be explained: outages, refusals, and the
/// time in which jobwatch did not run.
package final class TroubleLog: Sendable {
  enum Place: Sendable, Hashable {
    case everywhere
    /// All lanes of it.
    case account(String)
    case lane(EndpointKey)
  }

  private struct Trouble {
    var place: Place
    var kind: String
    var from: Timestamp
    var to: Timestamp?
    var cause: String
  }

  private let troubles = Mutex<[Trouble]>([])

  /// Older ones cannot matter: a record is gone after its window, and a few outages explain it well enough.
  private static let kept = 64

  package init() {}

  func begin(_ place: Place, _ kind: String, at time: Timestamp, cause: String) {
    troubles.withLock { troubles in
      guard !troubles.contains(where: { $0.place == place && $0.kind == kind && $0.to == nil })
      else { return }
      troubles.append(Trouble(place: place, kind: kind, from: time, cause: cause))
      if troubles.count > Self.kept, let over = troubles.firstIndex(where: { $0.to != nil }) {
        troubles.remove(at: over)
      }
    }
  }

  func end(_ place: Place, _ kind: String, at time: Timestamp) {
    troubles.withLock { troubles in
      for index in troubles.indices
      where troubles[index].place == place && troubles[index].kind == kind
        && troubles[index].to == nil
      {
        troubles[index].to = time
      }
    }
  }

  /// Ends what lasts, but for troubles of one kind: who noted it goes, and whoever comes notes anew what is on record.
  func endAll(but kind: String, at time: Timestamp) {
    troubles.withLock { troubles in
      for index in troubles.indices where troubles[index].kind != kind {
        troubles[index].to = troubles[index].to ?? time
      }
    }
  }

  /// Those of a lane, one that lasts ending now.
  func gaps(_ lane: EndpointKey, at now: Timestamp) -> [BlindGap] {
    let places = [Place.everywhere, .account(lane.account), .lane(lane)]
    return troubles.withLock { troubles in
      troubles.filter { places.contains($0.place) }
        .map { BlindGap(from: $0.from, to: $0.to ?? now, cause: $0.cause) }
    }
  }
}
