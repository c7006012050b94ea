import Dispatch
import Synchronization

/// A hundred thousand jobs under a quota of two calls for each in a quarter of an hour: learned, and as others do it.
struct Fleet {
  let scale: FleetScale
  let bound: FleetBound
  let warm: FleetRun
  let cold: FleetRun
  let fixed: FleetRun
  /// An outage, and a quota that halves and comes back.
  let changes: FleetRun
  /// An outage that lasts until the first records are deleted.
  let deadlines: FleetRun

  static let measured = 60..<150

  static let scripts = [
    FleetScript(name: "learned, warm", minutes: 165),
    FleetScript(name: "learned, cold", minutes: 165, samples: 0),
    FleetScript(name: "fixed 10s", minutes: 80, fixed: .seconds(10)),
    FleetScript(
      name: "changes", minutes: 215, outage: 40..<50, shares: [(120, 0.5), (160, 1)]),
    FleetScript(name: "deadlines", minutes: 170, outage: 20..<109, retention: .hours(2)),
  ]

  init(_ scale: FleetScale) {
    self.scale = scale
    let bound = FleetBound()
    self.bound = bound
    let price = bound.types(calls: scale.granted() / scale.beginsPerSecond).price
    let runs = Mutex([FleetRun?](repeating: nil, count: Self.scripts.count))
    DispatchQueue.concurrentPerform(iterations: Self.scripts.count) { index in
      let run = FleetRun(Self.scripts[index], scale: scale, price: price)
      runs.withLock { $0[index] = run }
    }
    let done = runs.withLock { $0.compactMap(\.self) }
    (warm, cold, fixed, changes, deadlines) = (done[0], done[1], done[2], done[3], done[4])
  }
}
