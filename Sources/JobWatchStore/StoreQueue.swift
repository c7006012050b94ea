import Dispatch

/// Where the store's blocking work runs. A simulation runs it on the caller's thread.
package struct StoreQueue: Sendable {
  let run: @Sendable (@escaping @Sendable () -> Void) -> Void

  /// - Parameter run: runs the work that it is given, once, on any thread.
  package init(_ run: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
    self.run = run
  }

  /// A thread of Dispatch for each work. Only serial queues have threads beyond the number of processors: a concurrent
  /// one would block those that run Swift's tasks.
  package static let threads = StoreQueue {
    DispatchQueue(label: "jobwatch store").async(execute: $0)
  }
}
