import Foundation
import TestSupport
import Testing

@testable import JobWatchDaemon

@Suite struct `The service manager` {
  /// As the daemon talks to it.
  private static func manager(_ socket: ServiceSocket) throws -> ServiceManager {
    try #require(try ServiceManager(environment: ["NOTIFY_SOCKET": socket.name]))
  }

  /// At a path, which is gone afterwards.
  private static func listen(_ body: (ServiceSocket, ServiceManager) throws -> Void) throws {
    let socket = try ServiceSocket(TemporaryDirectory.newPath())
    defer { unlink(socket.name) }
    try body(socket, try manager(socket))
  }

  @Test func `is heard at a path and under an abstract name of any length that fits`() throws {
    let long = { (prefix: String) in prefix + String(repeating: "x", count: 107 - prefix.count) }
    let unique = UUID().uuidString
    for name in [
      TemporaryDirectory.newPath(), long(TemporaryDirectory.newPath()), "@\(unique)", long("@\(unique)") + "y",
    ] {
      let socket = try ServiceSocket(name)
      try Self.manager(socket).tell([.ready])
      #expect(socket.pending().map(\.lines) == [["READY=1"]], "\(name)")
      unlink(name)
    }
  }

  @Test func `is not there unless the environment names it`() throws {
    #expect(try ServiceManager(environment: [:]) == nil)
    #expect(try ServiceManager(environment: ["NOTIFY_SOCKET": ""]) == nil)
  }

  @Test(arguments: [
    "vsock:2:1234", "vsock-stream:2:1234", "relative/path", "x",
    "/" + String(repeating: "x", count: 107), "@" + String(repeating: "ü", count: 60),
  ])
  func `at an address of another kind, or a longer one, is an error that names it`(_ address: String) throws {
    let error = #expect(throws: ServiceManager.Unheard.self) {
      _ = try ServiceManager(environment: ["NOTIFY_SOCKET": address])
    }
    #expect(error?.description.contains("NOTIFY_SOCKET") == true)
  }

  @Test func `is told of a reload with its time in one datagram`() throws {
    try Self.listen { socket, manager in
      try manager.tell([
        .reloading(monotonic: .seconds(7) + .nanoseconds(1999)), .status("reloading"),
      ])
      try manager.tell([.watchdog, .extendTimeout(.milliseconds(1500))])
      try manager.tell([.stopping])
      #expect(
        socket.pending().map(\.lines) == [
          ["RELOADING=1", "MONOTONIC_USEC=7000001", "STATUS=reloading"],
          ["WATCHDOG=1", "EXTEND_TIMEOUT_USEC=1500000"], ["STOPPING=1"],
        ])
    }
  }

  @Test func `gets a status of one line, whatever is in it`() throws {
    try Self.listen { socket, manager in
      try manager.tell([.ready, .status("a\nSTOPPING=1\r\n\tb\u{0} = ü 作業 👩‍👩‍👧")])
      let notice = try #require(socket.pending().first)
      #expect(notice.lines?.count == 2)
      #expect(notice.status?.hasPrefix("a STOPPING=1") == true)
      #expect(notice.status?.hasSuffix("b  = ü 作業 👩‍👩‍👧") == true)
      #expect(!notice.isStopping)
    }
  }

  @Test(arguments: ["x", "ü", "作", "👩‍👩‍👧", "e\u{301}"])
  func `gets a status that is too long cut between two characters`(_ character: String) throws {
    try Self.listen { socket, manager in
      let long = String(repeating: character, count: 5000)
      try manager.tell([.ready, .extendTimeout(.hours(2)), .status(long)])
      let notice = try #require(socket.pending().first)
      #expect(notice.bytes.count <= 4096)
      #expect(notice.bytes.count > 3500)
      let status = try #require(notice.status)
      #expect(status.last == "…")
      #expect(status.dropLast().allSatisfy { String($0) == character })
    }
  }

  @Test func `watches for as long as it says, unless it watches another process`() throws {
    func timeout(_ microseconds: String?, pid: String? = nil) throws -> Duration? {
      var environment = ["NOTIFY_SOCKET": "/run/notify"]
      environment["WATCHDOG_USEC"] = microseconds
      environment["WATCHDOG_PID"] = pid
      return try ServiceManager(environment: environment, pid: 77)?.watchdogTimeout
    }
    #expect(try timeout("30000000") == .seconds(30))
    #expect(try timeout("30000000", pid: "77") == .seconds(30))
    #expect(try timeout("30000000", pid: "78") == nil)
    #expect(try timeout("30000000", pid: "") == nil)
    #expect(try timeout("30000000", pid: "77x") == nil)
    for rubbish in ["", "0", "-1", "30s", "1e6", " 30", "99999999999999999999"] {
      #expect(try timeout(rubbish) == nil, "\(rubbish)")
    }
    #expect(try timeout(nil, pid: "77") == nil)
  }

  @Test func `that is gone is an error, not a signal, and is heard again when it is back`() throws {
    let path = TemporaryDirectory.newPath()
    defer { unlink(path) }
    let manager = try #require(try ServiceManager(environment: ["NOTIFY_SOCKET": path]))
    #expect(throws: ServiceManager.Unheard.self) { try manager.tell([.ready]) }
    do {
      let first = try ServiceSocket(path)
      try manager.tell([.ready])
      #expect(first.pending().count == 1)
    }
    // The file is left, and nobody listens.
    #expect(throws: ServiceManager.Unheard.self) { try manager.tell([.watchdog]) }
    unlink(path)
    let second = try ServiceSocket(path)
    try manager.tell([.watchdog])
    #expect(second.pending().map(\.isWatchdog) == [true])
  }

  @Test(.timeLimit(.minutes(10)))
  func `that takes nothing more holds nobody up`() throws {
    try Self.listen { socket, manager in
      var sent = 0
      #expect(throws: ServiceManager.Unheard.self) {
        while sent < 1_000_000 {
          try manager.tell([.status("one of many")])
          sent += 1
        }
      }
      #expect(sent > 0)
      #expect(socket.pending().count == sent)
      try manager.tell([.watchdog])
      #expect(socket.pending().map(\.isWatchdog) == [true])
    }
  }
}
