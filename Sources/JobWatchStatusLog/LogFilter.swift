import Foundation
import Glibc
import JobWatchCore

/// Conditions for lines of the status log; an empty or nil one admits all.
package struct LogFilter: Sendable {
  private let jobs: Set<String>
  private let events: [EventPattern]
  private let account: String?
  private let service: String?
  private let labels: [String: String]
  let since: Timestamp?
  /// Both bounds as text: the times of the log sort as text.
  private let bounds: (since: [UInt8], until: [UInt8]?)
  /// Groups of texts: a wanted line holds one of each group. Ids and names need no escapes in JSON.
  private let needles: [[Needle]]

  /// A line needs one of `jobs`, one of `events`, all `labels`, and a time from `since` on and before `until`.
  package init(
    jobs: Set<String> = [], events: [EventPattern] = [], account: String? = nil,
    service: String? = nil, labels: [String: String] = [:], since: Timestamp? = nil,
    until: Timestamp? = nil
  ) {
    self.jobs = jobs
    self.events = events
    self.account = account
    self.service = service
    self.labels = labels
    self.since = since
    bounds = (since.map { Array("\($0)".utf8) } ?? [], until.map { Array("\($0)".utf8) })
    let groups =
      [
        jobs.map { #""job_id":"\#($0)""# }, account.map { [#""account":"\#($0)""#] } ?? [],
        service.map { [#""service":"\#($0)""#] } ?? [],
      ] + labels.keys.map { [#""\#($0)":""#] }
    needles = groups.filter { !$0.isEmpty }.map { $0.map(Needle.init) }
  }

  /// Whether a line may be wanted, by its head and by the texts in it.
  func mayAdmit(_ head: LogHead) -> Bool {
    (events.isEmpty || events.contains { $0.matches(head.event) }) && !head.time.lexicographicallyPrecedes(bounds.since)
      && bounds.until.map(head.time.lexicographicallyPrecedes) ?? true
      && needles.allSatisfy { group in group.contains { $0.stands(in: head.line) } }
  }

  /// Whether a line that may be wanted is. False, too, for what is no JSON.
  func admits(_ line: LogLine) -> Bool {
    // The texts may also stand inside a label or an answer of the cloud: only decoding tells.
    guard !needles.isEmpty else { return LogLine.isJSON(line.bytes) }
    guard let subject = try? JSONDecoder().decode(Subject.self, from: Data(line.bytes)) else { return false }
    return (jobs.isEmpty || subject.jobID.map(jobs.contains) ?? false) && (account == nil || account == subject.account)
      && (service == nil || service == subject.service) && labels.allSatisfy { subject.labels?[$0.key] == $0.value }
  }

  /// The members of a line that conditions are about.
  private struct Subject: Decodable {
    var jobID: String?
    var account: String?
    var service: String?
    var labels: [String: String]?

    enum CodingKeys: String, CodingKey {
      case jobID = "job_id"
      case account, service, labels
    }
  }
}

/// A text to be found in many lines, by Horspool's algorithm: most bytes of a line are never looked at.
private struct Needle: Sendable {
  private let bytes: [UInt8]
  /// By a byte of the line that stands where the text would end: how far the next place is at least.
  private let steps: [Int]

  init(_ text: String) {
    bytes = Array(text.utf8)
    var steps = [Int](repeating: bytes.count, count: 256)
    for (index, byte) in bytes.dropLast().enumerated() { steps[Int(byte)] = bytes.count - 1 - index }
    self.steps = steps
  }

  func stands(in line: UnsafeRawBufferPointer) -> Bool {
    bytes.withUnsafeBytes { text in
      steps.withUnsafeBufferPointer { steps in
        guard let base = line.baseAddress, let first = text.baseAddress else { return false }
        var start = 0
        while start + text.count <= line.count {
          let last = line[start + text.count - 1]
          if last == text[text.count - 1], memcmp(base + start, first, text.count) == 0 { return true }
          start += steps[Int(last)]
        }
        return false
      }
    }
  }
}

/// An event's name, or the beginning of one and `*`.
package struct EventPattern: Sendable, Hashable {
  private let text: [UInt8]
  private let isPrefix: Bool

  /// No event has such a name.
  package struct Unknown: Error, CustomStringConvertible {
    package let description: String
  }

  package init(_ text: String) throws(Unknown) {
    isPrefix = text.hasSuffix("*")
    let literal = isPrefix ? String(text.dropLast()) : text
    self.text = Array(literal.utf8)
    let names = EventKind.allCases.map(\.rawValue)
    if names.contains(where: { isPrefix ? $0.hasPrefix(literal) : $0 == literal }) { return }
    let hint =
      isPrefix ? "an asterisk stands for the rest of a name, as in job.*" : NearestName.hint(text, among: names)
    throw Unknown(description: "no event is named \"\(text)\"; \(hint)")
  }

  func matches(_ name: UnsafeRawBufferPointer) -> Bool {
    isPrefix ? name.starts(with: text) : name.elementsEqual(text)
  }
}

extension Timestamp {
  /// A point in time as people write it: `2h` (ago), `2026-11-21T21:38:21Z`, or a date, which is its midnight in UTC.
  package init?(bound text: String, at now: Timestamp) {
    let ago = Duration(text: text).map { now - $0 }
    guard let time = ago ?? Timestamp(iso8601: text) ?? Timestamp(iso8601: text + "T00:00:00Z") else { return nil }
    self = time
  }
}
