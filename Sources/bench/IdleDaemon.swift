/// What the daemon uses while there is nothing to do.
struct IdleDaemon: Sendable {
  var scale: Scale
  var place: Place

  /// The start is not idle.
  private static let settling = Duration.seconds(3)

  func measure() async throws -> [Figure] {
    try await Workplace.use(in: place.directory, watch)
  }

  private func watch(_ workplace: Workplace) async throws -> [Figure] {
    let daemon = try ChildProcess(["daemon", workplace.root])
    defer { daemon.stop() }
    try await Task.sleep(for: Self.settling)
    let (before, start) = (try ProcessUsage.cpuSeconds(of: daemon.id), ContinuousClock.now)
    try await Task.sleep(for: scale.idle)
    let seconds = (ContinuousClock.now - start).exactSeconds
    let cpu = try ProcessUsage.cpuSeconds(of: daemon.id) - before
    let resident = try ProcessUsage.residentBytes(of: daemon.id)
    return [
      Figure(
        name: "CPU of an idle daemon, of one core", value: cpu / seconds * 100, unit: "%",
        detail: "\((cpu * 1000).threeDigits) ms in \(seconds.threeDigits) s", limit: .atMost(0.2)),
      Figure(
        name: "memory of an idle daemon", value: Double(resident) / 1_048_576, unit: "MiB",
        detail: "resident"),
    ]
  }
}
