/// What this process used and got during a window.
struct LoadSample: Sendable {
  var seconds: Double
  var answers: Int
  var cpuSeconds: Double

  var rate: Double { Double(answers) / seconds }
  var microsecondsPerAnswer: Double { cpuSeconds / Double(max(answers, 1)) * 1e6 }

  /// Watches a load that is under way for the length of the window.
  static func take(_ window: Duration, of transport: CountedTransport) async throws -> LoadSample {
    let (answers, cpu, start) = (
      try transport.answers(), try ProcessUsage.cpuSeconds(), ContinuousClock.now
    )
    try await Task.sleep(for: window)
    return LoadSample(
      seconds: (ContinuousClock.now - start).exactSeconds,
      answers: try transport.answers() - answers,
      cpuSeconds: try ProcessUsage.cpuSeconds() - cpu)
  }
}
