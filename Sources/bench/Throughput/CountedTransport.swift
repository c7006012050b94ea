import CloudAPI
import Synchronization

/// The daemon's HTTP client, and a count of what it brought back.
final class CountedTransport: Sendable {
  private let client = HTTPClientTransport()
  private let good = Atomic(0)
  private let bad = Atomic(0)

  var transport: HTTPTransport {
    { [self] (request, timeout, bodyLimit) async throws(HTTPFailure) in
      do throws(HTTPFailure) {
        let response = try await client.send(request, timeout: timeout, bodyLimit: bodyLimit)
        if response.status == 200 {
          good.add(1, ordering: .relaxed)
        } else {
          bad.add(1, ordering: .relaxed)
        }
        return response
      } catch {
        // A call that is cancelled at the end of a window is no failure.
        if !Task.isCancelled { bad.add(1, ordering: .relaxed) }
        throw error
      }
    }
  }

  /// A client for as long as `body` runs.
  static func use<Value>(_ body: (CountedTransport) async throws -> Value) async throws -> Value {
    let transport = CountedTransport()
    return try await ending({ try await body(transport) }, with: transport.client.shutdown)
  }

  /// How many answers with a record came so far; throws if any other came, because its cost would be another.
  private func answers() throws -> Int {
    let failures = bad.load(ordering: .relaxed)
    guard failures == 0 else {
      throw Failure("\(failures) calls to the simulated cloud brought no record")
    }
    return good.load(ordering: .relaxed)
  }

  /// Watches a load that is under way for the length of the window.
  func sample(_ window: Duration) async throws -> LoadSample {
    let (before, cpu, start) = (
      try answers(), try ProcessUsage.cpuSeconds(), ContinuousClock.now
    )
    try await Task.sleep(for: window)
    return LoadSample(
      seconds: (ContinuousClock.now - start).exactSeconds, answers: try answers() - before,
      cpuSeconds: try ProcessUsage.cpuSeconds() - cpu)
  }
}

/// The CPU time and the answers of this process during a window.
struct LoadSample: Sendable {
  var seconds: Double
  var answers: Int
  var cpuSeconds: Double

  var rate: Double { Double(answers) / seconds }
  var microsecondsPerAnswer: Double { cpuSeconds / Double(max(answers, 1)) * 1e6 }
}
