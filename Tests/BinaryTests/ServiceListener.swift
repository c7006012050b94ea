import Foundation
import JobWatchCore
import CloudModel
import SimulatedCloud
import TestSupport

/// The service manager of a daemon under test: keeps what it is told, in order.
final class ServiceListener: Sendable {
  struct Heard: Sendable {
    var time: Timestamp
    var notice: ServiceNotice
  }

  let log = CallLog<Heard>()
  private let socket: ServiceSocket
  /// Nil: the daemon is not watched.
  private let watchdog: Duration?

  init(in place: Workplace, watchdog: Duration? = nil) throws {
    socket = try ServiceSocket(place.root + "/notify")
    self.watchdog = watchdog
    Thread.detachNewThread { [socket, log] in
      while let notice = socket.next() {
        log.append(Heard(time: Testbed.clock(), notice: notice))
      }
    }
  }

  deinit { socket.close() }

  /// What systemd would set, for a shell.
  var environment: String {
    let limit = watchdog.map { "; export WATCHDOG_USEC=\($0.milliseconds)000 WATCHDOG_PID=$$" }
    return "export NOTIFY_SOCKET='\(socket.name)'" + (limit ?? "")
  }

  /// The first that matches, past ones included.
  func first(_ what: String, where matches: @escaping @Sendable (ServiceNotice) -> Bool) async throws -> ServiceNotice {
    try await within(.seconds(30), what) { [log] in
      try await log.first { matches($0.notice) }.notice
    }
  }

  /// What it is told from `deed` on until `isLast`.
  func notices(
    after deed: () throws -> Void, until what: String,
    _ isLast: @escaping @Sendable (ServiceNotice) -> Bool
  ) async throws -> [ServiceNotice] {
    let coming = log.stream()
    try deed()
    return try await within(.seconds(30), what) {
      var notices: [ServiceNotice] = []
      for await heard in coming {
        notices.append(heard.notice)
        if isLast(heard.notice) { return notices }
      }
      throw CancellationError()
    }
  }

  /// SIGHUP, until the daemon says that it is ready again. The last one is that.
  func reload(_ daemon: ChildProcess) async throws -> [ServiceNotice] {
    try await notices(after: { daemon.send(SIGHUP) }, until: "READY after SIGHUP", \.isReady)
  }

  /// Returns after so many more signs of life.
  func signsOfLife(_ count: Int) async throws {
    try await within(.seconds(30), "\(count) signs of life") { [coming = log.stream()] in
      var left = count
      for await heard in coming where heard.notice.isWatchdog {
        left -= 1
        if left == 0 { return }
      }
      throw CancellationError()
    }
  }

  /// The longest time between two signs of life since the daemon was ready.
  var longestSilence: Duration {
    let entries = log.entries
    guard let ready = entries.firstIndex(where: \.notice.isReady) else { return .zero }
    let times = entries[ready...].filter { $0.notice.isWatchdog || $0.notice.isReady }.map(\.time)
    return zip(times, times.dropFirst()).map { $1 - $0 }.max() ?? .zero
  }
}
