import JobWatchCore
import Testing

@Suite struct `A job id` {
  @Test(
    "is letters, digits, dashes and underscores",
    arguments: [
      ("ff8080814dbd65d7014dbe0d84db0013", true), ("2c9e-b200_A", true), ("0", true),
      (String(repeating: "a", count: 128), true), (String(repeating: "a", count: 129), false),
      ("", false), ("-a", false), ("_a", false), ("../a", false), ("a/b", false), ("a b", false),
      ("a\n", false), ("a\0", false), ("é", false), ("a%2f", false), ("٣", false),
    ])
  func form(_ text: String, _ isID: Bool) {
    #expect(JobKey.isJobID(text) == isID)
  }
}

@Suite struct `The stable hash` {
  /// The published vectors of FNV-1a, 64 bits.
  @Test(
    "is FNV-1a",
    arguments: [
      ("", 0xcbf2_9ce4_8422_2325), ("a", 0xaf63_dc4c_8601_ec8c), ("foobar", 0x8594_4171_f739_67e8),
    ] as [(String, UInt64)])
  func vectors(_ text: String, _ value: UInt64) {
    var hash = StableHash()
    hash.combine(text.utf8)
    #expect(hash.value == value)
  }

  @Test func `spreads small differences over the unit interval`() {
    var buckets = [Int](repeating: 0, count: 10)
    for number in 0..<10_000 {
      var hash = StableHash()
      hash.combine(UInt64(number))
      buckets[min(max(Int(hash.unit * 10), 0), 9)] += 1
    }
    #expect(buckets.allSatisfy { (850...1150).contains($0) })
  }
}
