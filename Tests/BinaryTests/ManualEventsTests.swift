import Foundation
import JobWatchCore
import JobWatchSpool
import Testing

/// What the manual says of events, fields and submissions is what the code has.
@Suite struct `The manual of the formats` {
  @Test func `names every event with its severity, and every state`() throws {
    let page = try ManualPage("jobwatch-status.5")
    let events = try #require(page.section("EVENTS"))
    #expect(events.names == EventKind.allCases.map(\.rawValue))
    for kind in EventKind.allCases {
      #expect(events.item(kind.rawValue)?.text.contains(".Pq \(kind.severity)\n") == true, "\(kind)")
    }
    let states = try #require(page.section("STATES"))
    #expect(Set(states.names) == Set(JobState.allCases.map(\.rawValue)))
  }

  @Test func `names every field of an event, and no other`() throws {
    let page = try ManualPage("jobwatch-status.5")
    let fields = try #require(page.section("EVENT FIELDS"))
    let data = try properties("data")
    let parts = ["sub_jobs", "blind_gap", "evidence"]
    let nested = try parts.flatMap { part in
      try properties(of: data[part]).keys.map { "\(part).\($0)" }
    }
    #expect(Set(fields.names) == Set(data.keys).union(nested))
    let failures = try properties(of: data["sub_jobs"])["failures"] as? [String: Any]
    let item = try #require(fields.item("sub_jobs.failures")).text
    let words = item.split { " \n,.".contains($0) }.map(String.init)
    #expect(Set(words).isSuperset(of: try properties(of: failures?["items"]).keys))
    let head = page.section("The status log")?.names ?? []
    #expect(Set(head) == ["v", "seq", "time", "event"])
    #expect(page.section("Webhooks")?.names == ["type", "timestamp", "data"])
  }

  @Test func `speaks of no event that is not there`() throws {
    let events = Set(EventKind.allCases.map(\.rawValue))
    let subjects = Set(events.map { String($0.prefix { $0 != "." }) })
    for page in try ManualPage.all {
      let words = page.text.matches(of: /(?:^|[^\w\/.])([a-z]+)\.([a-z_]+)\b/)
        .filter { subjects.contains(String($0.1)) }.map { "\($0.1).\($0.2)" }
      #expect(Set(words).subtracting(events).isEmpty, "\(page.name)")
    }
  }

  @Test func `names every message id of the journal, and no field that no event has`() throws {
    let page = try ManualPage("jobwatch.8")
    let ofEvents = try #require(ManualPage("jobwatch-status.5").section("Message ids")).items
    let ids = try ofEvents + #require(page.section("Message ids")).items
    #expect(ids.map(\.head).sorted() == MessageID.allCases.map { "Li \($0.rawValue)" }.sorted())
    for kind in EventKind.allCases {
      let item = ofEvents.first { $0.head == "Li \(MessageID(kind).rawValue)" }
      #expect(item?.text.split(separator: "\n").first == ".Sy \(kind.rawValue)")
    }
    let fields = try #require(page.section("Fields")).items.map(\.head).joined(separator: " ")
    let names = fields.matches(of: /JOBWATCH_([A-Z_]+)/).map { $0.1.lowercased() }
    #expect(names.count > 15)
    let known = try properties("data").keys + ["event", "event_time", "seq", "label_"]
    #expect(Set(names).isSubset(of: known))
  }

  @Test func `names every field of a submission and of a command, and no other`() throws {
    let page = try ManualPage("jobwatch-spool.5")
    let submission = #"{"\#(Nonsense.word)": 1}"#
    #expect(try page.section("ENTRY FIELDS")?.names.sorted() == known(submission, after: "known: "))
    let command = #"{"command": "pause", "\#(Nonsense.word)": 1}"#
    #expect(try page.section("Commands")?.names.sorted() == known(command, after: "only "))
  }

  @Test func `refers to no page of its own that is not there`() throws {
    let pages = try ManualPage.all
    let names = Set(pages.map(\.name))
    for page in pages {
      let others = page.text.matches(of: /\.Xr (jobwatch[a-z.-]*) ([1-8])/).map {
        "\($0.1).\($0.2)"
      }
      #expect(Set(others).subtracting(names).isEmpty, "\(page.name)")
      #expect(Set(others).count == names.count - 1, "\(page.name) refers to all others")
    }
  }

  /// What the refusal of an entry with a key that nobody knows lists.
  private func known(_ entry: String, after words: String) throws -> [String] {
    let file = SpoolFile(decoding: Array(entry.utf8), rules: nil)
    let reason = try #require(file.rejections.first).text
    let list = try #require(reason.ranges(of: words).last.map { reason[$0.upperBound...] })
    return list.split(separator: ", ").map(String.init).sorted()
  }

  private func properties(_ definition: String) throws -> [String: Any] {
    let data = try Data(contentsOf: ManualPage.root.appending(path: "config/event.schema.json"))
    let schema = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Any])
    return try properties(of: (schema["$defs"] as? [String: Any])?[definition])
  }

  private func properties(of object: Any?) throws -> [String: Any] {
    try #require((object as? [String: Any])?["properties"] as? [String: Any])
  }
}
