/// The types of the last ended jobs: the mix over which the mean latency is taken.
struct RecentArrivals: Sendable {
  static let most = 1000

  private(set) var counts: [DurationBook.ID: Int] = [:]
  private var ring: [DurationBook.ID] = []
  /// Where the oldest stands, once the ring is full.
  private var oldest = 0

  var isFull: Bool { ring.count == Self.most }

  mutating func add(_ id: DurationBook.ID) {
    counts[id, default: 0] += 1
    guard isFull else { return ring.append(id) }
    let gone = ring[oldest]
    counts[gone] = counts[gone].flatMap { $0 > 1 ? $0 - 1 : nil }
    ring[oldest] = id
    oldest = (oldest + 1) % Self.most
  }
}
