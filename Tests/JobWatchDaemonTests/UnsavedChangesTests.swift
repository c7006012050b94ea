import JobWatchCore
import Testing

@testable import JobWatchDaemon

@Suite struct `Changes that could not be stored` {
  private static let key = EndpointKey(account: "prod", service: "ecs")
  private let now = Timestamp(milliseconds: 1_795_000_000_000)

  private var down: ConditionChange { .down(Self.key, .unreachable, cause: "503", at: now) }
  private var up: ConditionChange { .up(Self.key, .unreachable, at: now) }
  private var busy: ConditionChange { .down(Self.key, .busy, cause: "B", at: now) }

  @Test func `come before what came about since, and are taken again`() {
    var unsaved = UnsavedChanges()
    unsaved.changes = [down]
    let first = unsaved.take(with: [busy])
    #expect(first.changes == [down, busy] && unsaved.changes.isEmpty)
    unsaved.changes = [up]
    unsaved.giveBack(first)
    #expect(unsaved.changes == [down, busy, up])
  }

  @Test func `are dropped where a later one of their condition was stored or is on its way`() {
    var unsaved = UnsavedChanges()
    unsaved.changes = [down, busy]
    let first = unsaved.take()
    unsaved.changes = [up]
    _ = unsaved.take()
    unsaved.giveBack(first)
    #expect(unsaved.changes.map(\.condition.kind) == [.busy])
  }
}
