import CloudAPI
import Synchronization

/// The daemon's HTTP client, and a count of what it brought back.
final class CountedTransport: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

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
        // What is cancelled at the end of a window is no failure.
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

  /// How many answers with a record came so far; throws if any other came, whose cost would be another.
  func answers() throws -> Int {
    let failures = bad.load(ordering: .relaxed)
    guard failures == 0 else {
      throw Failure(description: "\(failures) calls to the simulated cloud brought no record")
    }
    return good.load(ordering: .relaxed)
  }
}
