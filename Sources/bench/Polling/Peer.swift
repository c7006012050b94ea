/// A way of polling that knows nothing of the job, as others do it.
struct Peer: Sendable {
  var name: String
  /// The age of the next poll, after the one at this age, in seconds.
  var next: @Sendable (Double) -> Double

  static let all = [
    fixed(5), fixed(10), fixed(15), fixed(30),
    Peer(name: "terraform 10+5s") { $0 < 10 ? 10 : $0 + 5 },
    backoff(by: 1.5, to: 30), backoff(by: 2, to: 120),
  ]

  static func fixed(_ gap: Double) -> Peer {
    Peer(name: "fixed \(Int(gap))s") { $0 + gap }
  }

  /// From 2 s on.
  static func backoff(by factor: Double, to most: Double) -> Peer {
    let ages = Array(
      sequence(state: (age: 0.0, gap: 2.0)) { state -> Double? in
        guard state.gap < most else { return nil }
        state.age += state.gap
        state.gap = min(state.gap * factor, most)
        return state.age
      })
    return Peer(name: "backoff x\(factor == 2 ? "2" : "1.5") cap\(Int(most))") { age in
      ages.first { $0 > age + 1e-9 } ?? age + most
    }
  }
}
