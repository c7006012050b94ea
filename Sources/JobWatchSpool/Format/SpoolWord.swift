import JobWatchCore

/// How close an unknown key is to one of a submission's own.
///
/// A reply of the cloud has any keys, and one may resemble ours by chance: `services`, `channel_id`, `server`,
/// `job_name`. So a key that is one slip away from ours is a mistake everywhere. A key that is further away, or
/// another form of our word (`label`, `jobType`), is a mistake only in an entry that is no reply.
enum SpoolWord: Sendable, Hashable {
  /// A letter is missing, doubled, wrong, or has changed places with its neighbour.
  case slip(of: String)
  case resembling(String)
  case foreign

  static let own = SpoolSubmission.CodingKeys.allCases.map(\.rawValue)

  init(_ key: String) {
    let parts = Self.parts(key)
    let judged = Self.own.map { Self.judge(parts, $0) }
    let slip = judged.first { if case .slip = $0 { true } else { false } }
    self = slip ?? judged.first { $0 != .foreign } ?? .foreign
  }

  private static func judge(_ parts: [String], _ own: String) -> SpoolWord {
    let ours = self.parts(own)
    let (joined, ourJoined) = (parts.joined(), ours.joined())
    // Another case, no underscore, one instead of many.
    if joined == ourJoined || joined == ourJoined + "s" || joined + "s" == ourJoined { return .resembling(own) }
    guard parts.count == ours.count else {
      return NearestName.distance(joined, ourJoined) == 1 ? .resembling(own) : .foreign
    }
    var distance = 0
    for (part, our) in zip(parts, ours) where part != our {
      // Of words of two letters any two are close: `id`, `ip`, `no`.
      if min(part.count, our.count) <= 2, part.sorted() != our.sorted() { return .foreign }
      distance += NearestName.distance(part, our)
    }
    if distance == 1 { return .slip(of: own) }
    let isNearOne = own.hasSuffix("s") && NearestName.distance(joined + "s", ourJoined) == 1
    return isNearOne || distance == 2 && ourJoined.count >= 8 ? .resembling(own) : .foreign
  }

  private static func parts(_ key: String) -> [String] {
    // A key is short; the comparison is quadratic.
    key.prefix(64).lowercased().split { $0 == "_" || $0 == "-" }.map(String.init)
  }
}
