import Dispatch

/// Where the store's blocking work runs. A simulation runs it on the caller's thread.
package struct StoreQueue: Sendable {
  let run: @Sendable (@escaping @Sendable () -> Void) -> Void

  /// - Parameter run: runs the work that it is given, once, on any thread.
  package init(_ run: @escaping @Sendable (@escaping @Sendable () -> Void) -> Void) {
    self.run = run
  }

  /// Threads of Dispatch, because SQLite's calls block and Swift's own threads are few.
  package static func threads() -> StoreQueue {
    let queue = DispatchQueue(label: "jobwatch store", attributes: .concurrent)
    return StoreQueue { queue.async(execute: $0) }
  }
}
