import Foundation
import Glibc
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport
import Testing

@Suite struct `Reloads in quick succession` {
  @Test("leave a stop as it is, whatever comes first", .timeLimit(.minutes(10)))
  func stop() async throws {
    try await Testbed.run { bed in
      let manager = try ServiceListener(in: bed.place)
      for pause in [0, 0, 1, 5, 20] {
        let daemon = try await bed.startDaemon(after: manager.environment)
        daemon.send(SIGHUP)
        // The moment is left to chance; nothing is waited for.
        try await Task.sleep(for: .milliseconds(pause))
        let asked = ContinuousClock.now
        let coming = manager.log.stream()
        daemon.send(SIGTERM)
        daemon.send(SIGHUP)
        #expect(await daemon.exit == .code(0), "\(pause) ms after SIGHUP")
        #expect(await daemon.ended - asked < .seconds(5))
        // It was sent before the end, and may be read after it.
        try await within(.seconds(30), "STOPPING") {
          for await heard in coming where heard.notice.isStopping { return }
        }
        #expect(manager.log.entries.last?.notice.isStopping == true)
      }
      #expect(try bed.log.all(.daemonStopped).count == 5)
    }
  }
}
