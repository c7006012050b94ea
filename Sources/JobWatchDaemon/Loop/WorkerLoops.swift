import ServiceLifecycle
import UnixSignals

/// All loops as one service. A group of services stops one after the other, each for as long as it
/// takes; loops stop together, so that the slowest one alone decides how long a stop takes.
struct WorkerLoops: Service {
  var loops: [WorkerLoop]
  /// What SIGHUP asks for.
  var onHangup: @Sendable () -> Void
  /// Called when the loops are about to turn. By then the service group listens to signals: a stop
  /// that is asked for from now on is a graceful one.
  var onReady: @Sendable () -> Void

  func run() async {
    // Before anybody is told that jobwatch runs: until then SIGHUP ends the process.
    let hangups = await UnixSignalsSequence(trapping: .sighup)
    onReady()
    await withTaskGroup(of: Void.self) { group in
      for loop in loops { group.addTask { await loop.run() } }
      group.addTask {
        for await _ in hangups.cancelOnGracefulShutdown() { onHangup() }
      }
    }
  }
}
