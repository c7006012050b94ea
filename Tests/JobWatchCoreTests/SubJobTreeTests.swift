import JobWatchCore
import Testing

@Suite struct `Parts of parts` {
  /// One part a word, `depth` dots before it, `!` behind a failed one, `:` and its reason.
  private func parts(_ text: String) -> [SubJob] {
    text.split(separator: " ").map { word in
      let depth = word.prefix { $0 == "." }.count
      let halves = word.dropFirst(depth).split(separator: ":")
      let name = String(halves.first ?? "").replacing("!", with: "")
      let isFailed = word.contains("!")
      return SubJob(
        jobID: name, rawStatus: isFailed ? "FAIL" : "SUCCESS", state: isFailed ? .failed : .succeeded,
        failReason: halves.count > 1 ? String(halves[1]) : nil, depth: depth > 0 ? depth : nil)
    }
  }

  @Test(
    "are counted where the work is done, and no failure twice",
    arguments: [
      ("", 0, ""), ("a b! c", 3, "b"), ("a .b .c!", 2, "c"), ("a! .b .c!", 2, "c"),
      ("a! .b .c", 3, "a"), ("a ..b!", 1, "b"), ("a! .b! ..c! ...d!", 1, "d"),
      ("a .b! ..c ..d e! f", 5, "b e"), ("a! .b ..c! d! .e", 3, "c d"), ("a .b c! .d .e!", 3, "e"),
    ] as [(String, Int, String)])
  func counted(_ tree: String, _ total: Int, _ failed: String) {
    let count = SubJobCount(parts(tree))
    #expect(count.total == total)
    #expect(count.failures.compactMap(\.jobID).joined(separator: " ") == failed)
    #expect(count.failed == count.failures.count)
    #expect(count.succeeded == total - count.failed)
  }

  @Test func `are told with the reason of the failed part around them, if they have none`() {
    let reasons = { (tree: String) in SubJobCount(self.parts(tree)).failures.map(\.failReason) }
    #expect(reasons("a!:quota .b!") == ["quota"])
    #expect(reasons("a!:quota .b!:host .c!") == ["host", "quota"])
    #expect(reasons("a:well .b!") == [nil])
    #expect(reasons("a!:quota .b! ..c! d!") == ["quota", nil])
  }

  @Test func `make a success partial at any depth`() {
    for tree in ["a!", "a .b!", "a .b ..c!", "a b .c ..d ...e!", "a! .b"] {
      var job = Job.sample(.succeeded)
      job.report = JobReport(rawStatus: "SUCCESS", subJobs: parts(tree))
      let event = EventDraft(.jobSucceeded, of: job, at: .start, under: Policies.ecs.retention)
      #expect(event.data.partial == true && event.data.subJobs?.failed == 1, "\(tree)")
      #expect(event.data.summary.contains("1 of "), "\(tree)")
    }
  }
}
