/// The outcomes of one way of polling at every price: the best of them and of their mixtures.
struct OutcomeCurve: Sendable {
  /// By calls, rising; the latency falls, ever more slowly.
  private let points: [Outcome]

  init(_ outcomes: [Outcome]) {
    var hull: [Outcome] = []
    for point in outcomes.sorted(by: { ($0.calls, $0.latency) < ($1.calls, $1.latency) }) {
      if let last = hull.last, point.latency >= last.latency { continue }
      while hull.count > 1, !Self.bends(hull[hull.count - 2], hull[hull.count - 1], point) {
        hull.removeLast()
      }
      hull.append(point)
    }
    points = hull
  }

  /// The latency at this many calls; nil where it takes more for any.
  func latency(atCalls calls: Double) -> Double? {
    guard let first = points.first, calls >= first.calls else { return nil }
    guard let index = points.firstIndex(where: { $0.calls > calls }) else {
      return points.last?.latency
    }
    let (low, high) = (points[index - 1], points[index])
    let part = (calls - low.calls) / (high.calls - low.calls)
    return low.latency + part * (high.latency - low.latency)
  }

  /// True if the middle one lies below the line between the others.
  private static func bends(_ low: Outcome, _ middle: Outcome, _ high: Outcome) -> Bool {
    (middle.latency - low.latency) * (high.calls - low.calls)
      < (high.latency - low.latency) * (middle.calls - low.calls)
  }
}
