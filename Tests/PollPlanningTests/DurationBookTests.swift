import JobWatchCore
import TestSupport
import Testing

@testable import PollPlanning

@Suite struct `A book of learned durations` {
  private static func key(_ number: Int, service: String = "ecs") -> DurationKey {
    DurationKey(service: service, jobType: "type\(number)", region: "eu-de")
  }

  private static func teach(_ book: inout DurationBook, _ key: DurationKey) {
    let id = book.id(of: key)
    var model = book.model(of: id, at: .zero)
    model.finish(.at(60), of: WatchedSpan())
    book.learned(model, of: id)
  }

  @Test func `forgets the key that was taught the longest ago, of those without watched jobs`() {
    var book = DurationBook(mostKeys: 4)
    for number in 0..<4 { Self.teach(&book, Self.key(number)) }
    let watched = book.id(of: Self.key(0))
    let idle = book.id(of: Self.key(1))
    book.watch(WatchedSpan(known: 30), of: watched)
    Self.teach(&book, Self.key(1))
    #expect(book.forgotten.isEmpty)
    Self.teach(&book, Self.key(4))
    #expect(book.forgotten == [Self.key(2)])
    book.noteDeleted([Self.key(2)])
    // A key that was not taught yet goes first, and leaves nothing on record.
    _ = book.id(of: Self.key(5))
    #expect(book.forgotten == [Self.key(3)])
    book.noteDeleted([Self.key(3)])
    _ = book.id(of: Self.key(6))
    #expect(book.forgotten.isEmpty)
    #expect(book.id(of: Self.key(0)) == watched && book.id(of: Self.key(1)) == idle)
    #expect(book.entries.count == 4)
  }

  @Test func `does not tell of a forgotten key that has come back`() {
    var book = DurationBook(mostKeys: 1)
    Self.teach(&book, Self.key(0))
    _ = book.id(of: Self.key(1))
    let id = book.id(of: Self.key(0))
    #expect(book.forgotten.isEmpty)
    // Its next job adds to what is still on record, and is one job all the same.
    var model = DurationModel()
    for _ in 0..<30 { model.finish(.at(60), of: WatchedSpan()) }
    book.learned(model, of: id)
    #expect(book.arrivals.counts[id] == 1)
  }

  @Test func `lists no key to be deleted whose row it cannot read`() {
    var book = DurationBook(mostKeys: 1)
    let isRead = book.restore(Self.key(0), [9, 9])
    #expect(!isRead)
    Self.teach(&book, Self.key(0))
    _ = book.id(of: Self.key(1))
    #expect(book.entries.count == 1 && book.forgotten.isEmpty)
  }

  @Test func `never takes the name of a forgotten key for another's`() {
    var book = DurationBook(bounds: ["ecs": PollBounds(ceiling: 77)], mostKeys: 2)
    let gone = book.id(of: Self.key(0))
    var seen: Set = [gone]
    for number in 1..<500 {
      let id = book.id(of: Self.key(number))
      #expect(seen.insert(id).inserted)
      #expect(book.key(of: id) == Self.key(number))
    }
    let shared = DurationKey(service: "ecs", jobType: "", region: "")
    #expect(book.key(of: gone) == shared)
    #expect(book.plan(of: gone, price: 5, at: .zero).bounds.ceiling == 77)
    // What an answer on its way taught it comes too late, and changes no other.
    var model = DurationModel()
    for _ in 0..<60 { model.finish(.at(9000), of: WatchedSpan()) }
    book.learned(model, of: gone)
    #expect(book.entries.values.allSatisfy { $0.model.completions == 0 })
  }

  @Test func `lets new types share their service's key where every other has watched jobs`() {
    var book = DurationBook(mostKeys: 2)
    let span = WatchedSpan(known: 30)
    for number in 0..<2 { book.watch(span, of: book.id(of: Self.key(number))) }
    let (one, two) = (book.id(of: Self.key(2)), book.id(of: Self.key(3)))
    let elsewhere = book.id(of: Self.key(2, service: "dcs"))
    #expect(one == two && one != elsewhere)
    #expect(book.key(of: elsewhere) == DurationKey(service: "dcs", jobType: "", region: ""))
    Self.teach(&book, Self.key(2))
    let bytes = book.model(of: one, at: .zero).bytes
    var again = DurationBook(mostKeys: 2)
    let isRead = again.restore(book.key(of: one), bytes)
    #expect(isRead)
    #expect(again.model(of: again.id(of: book.key(of: two)), at: .zero).completions == 1)
    // Once there is room, the type has a key of its own.
    book.unwatch(span, of: book.id(of: Self.key(1)))
    let own = book.id(of: Self.key(2))
    #expect(own != one && book.key(of: own) == Self.key(2))
  }

  @Test func `keeps what runs without a trace of what was watched once`() {
    var random = SeededGenerator(31)
    var book = DurationBook()
    let id = book.id(of: Self.key(0))
    Self.teach(&book, Self.key(0))
    let before = book.model(of: id, at: .zero)
    for _ in 0..<20 {
      var spans: [WatchedSpan] = []
      for _ in 0..<Int.random(in: 1...30, using: &random) {
        let from = Bool.random(using: &random) ? 0 : Double.random(in: 0...5000, using: &random)
        let span = WatchedSpan(from: from, known: from + Double.random(in: 0...1e6, using: &random))
        book.watch(span, of: id)
        spans.append(span)
      }
      for span in spans.shuffled(using: &random) { book.unwatch(span, of: id) }
      #expect(book.model(of: id, at: .zero) == before)
    }
  }

  @Test func `computes a distribution again at most every 20 s, and only when more is known`() {
    var book = DurationBook()
    let id = book.id(of: Self.key(0))
    let plan = { (book: inout DurationBook, price: Double, time: Int) in
      book.plan(of: id, price: price, at: .seconds(time)).schedule(until: 3600)
    }
    let first = plan(&book, 5, 0)
    for _ in 0..<30 { Self.teach(&book, Self.key(0)) }
    #expect(plan(&book, 5, 19) == first)
    // Of the same distribution, for another price.
    #expect(plan(&book, 50, 19).count < first.count)
    let second = plan(&book, 5, 20)
    #expect(second != first)
    #expect(plan(&book, 5.1, 1000) == second)
    #expect(book.stuckAge(of: id, at: .seconds(1000)) == nil)
    for _ in 0..<30 { Self.teach(&book, Self.key(0)) }
    let stuck = book.stuckAge(of: id, at: .seconds(2000))
    #expect(stuck.map { $0 > 61 } == true)
    #expect(stuck.map { book.distribution(of: id, at: .seconds(2000)).survival(at: $0 + 1) <= 0.001 } == true)
  }

  @Test func `keeps few plans, however the prices change`() {
    var book = DurationBook(mostKeys: 30)
    for number in 0..<30 {
      let id = book.id(of: Self.key(number))
      for price in [1.0, 2, 4, 8, 16, 32] { _ = book.plan(of: id, price: price, at: .zero) }
      #expect(book.entries.values.reduce(0) { $0 + $1.cached.planCount } == book.planCount)
    }
    #expect(book.planCount <= 62)
    #expect(book.entries.values.allSatisfy { $0.cached.planCount <= 4 })
  }
}

extension DurationBook {
  mutating func model(of id: ID, at uptime: Duration) -> DurationModel {
    known(of: id, price: nil, at: uptime).model
  }

  mutating func stuckAge(of id: ID, at uptime: Duration) -> Double? {
    known(of: id, price: nil, at: uptime).stuckAge
  }
}
