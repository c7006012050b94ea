import JobWatchCore
import Synchronization

/// The newest `limit` entries in order, and a way to wait for those to come. `total` counts all.
package final class CallLog<Entry: Sendable>: Sendable {
  private struct State {
    var entries: [Entry] = []
    var total = 0
    var listeners: [Int: AsyncStream<Entry>.Continuation] = [:]
    var nextListener = 0
  }

  private let state = Mutex(State())
  private let limit: Int

  package init(limit: Int = 200_000) { self.limit = limit }

  package func append(_ entry: Entry) {
    state.withLock { state in
      // Half at once, because many entries then share the cost of moving the rest.
      if state.entries.count >= limit { state.entries.removeFirst((limit + 1) / 2) }
      state.entries.append(entry)
      state.total += 1
      for listener in state.listeners.values { listener.yield(entry) }
    }
  }

  package var entries: [Entry] { state.withLock { $0.entries } }

  package var total: Int { state.withLock { $0.total } }

  package func stream() -> AsyncStream<Entry> { subscribe().stream }

  /// Returns once at least `count` entries were appended since the start. Like all that wait here, it throws
  /// `CancellationError` when the task is cancelled first.
  package func wait(count: Int) async throws {
    let (seen, _, stream) = subscribe()
    var missing = count - seen
    if missing <= 0 { return }
    for await _ in stream {
      missing -= 1
      if missing == 0 { return }
    }
    throw CancellationError()
  }

  /// The first entry that matches, past ones included.
  package func first(where matches: @Sendable (Entry) -> Bool) async throws -> Entry {
    let (_, entries, stream) = subscribe()
    if let entry = entries.first(where: matches) { return entry }
    for await entry in stream where matches(entry) { return entry }
    throw CancellationError()
  }

  /// The first matching entry appended after this call began.
  package func next(where matches: @Sendable (Entry) -> Bool) async throws -> Entry {
    for await entry in stream() where matches(entry) { return entry }
    throw CancellationError()
  }

  private func subscribe() -> (total: Int, entries: [Entry], stream: AsyncStream<Entry>) {
    let (stream, listener) = AsyncStream<Entry>.makeStream()
    return state.withLock { state in
      let id = state.nextListener
      state.nextListener += 1
      state.listeners[id] = listener
      listener.onTermination = { [weak self] _ in
        self?.state.withLock { $0.listeners[id] = nil }
      }
      return (state.total, state.entries, stream)
    }
  }
}
