import JobWatchCore
import Testing

@testable import PollPlanning

@Suite struct `The prior of a key` {
  private var book = DurationBook()

  private static func key(_ type: String, _ region: String = "here", service: String = "evs") -> DurationKey {
    DurationKey(service: service, jobType: type, region: region)
  }

  /// Jobs that took about so long.
  private mutating func teach(_ key: DurationKey, _ seconds: Double, jobs: Int) {
    let id = book.id(of: key)
    for number in 0..<jobs {
      var model = book.model(of: id, at: .zero)
      model.finish(.at(seconds * (1 + 0.01 * Double(number % 5))), of: WatchedSpan())
      book.learned(model, of: id)
    }
  }

  private func prior(_ key: DurationKey) -> DurationPrior {
    var book = book
    let id = book.id(of: key)
    return book.prior(of: id, at: .hours(1))
  }

  /// The age by which half of the jobs of a new key are believed to end.
  private func median(_ key: DurationKey) -> Double {
    var book = book
    return book.distribution(of: book.id(of: key), at: .hours(1)).quantile(0.5)
  }

  @Test mutating func `is that of anything, as long as little is known`() {
    #expect(prior(Self.key("new")) == .generic)
    teach(Self.key("new", "there"), 5000, jobs: 4)
    teach(Self.key("other"), 5000, jobs: 15)
    #expect(prior(Self.key("new")) == .generic)
    // What is known of another service tells nothing of this one.
    teach(Self.key("new", service: "ims"), 5000, jobs: 50)
    #expect(prior(Self.key("new")) == .generic)
  }

  @Test mutating func `is what the service's other types have shown together`() {
    teach(Self.key("one"), 5000, jobs: 15)
    teach(Self.key("two", "there"), 20, jobs: 5)
    // Three in four by one, and so the half of all.
    #expect((4500...5500).contains(median(Self.key("new"))))
    teach(Self.key("two", "there"), 20, jobs: 30)
    #expect((15...25).contains(median(Self.key("new"))))
  }

  @Test mutating func `is what is shipped of a documented type, whatever the others show`() {
    let key = Self.key("createServer", service: "ecs")
    teach(Self.key("other", service: "ecs"), 5000, jobs: 50)
    #expect(prior(key) == ShippedPriors.prior(service: "ecs", jobType: "createServer"))
    #expect((80...140).contains(median(key)))
    #expect(ShippedPriors.prior(service: "dcs", jobType: "createServer") == nil)
  }

  @Test mutating func `is what the same type has shown elsewhere, where most of it ended`() {
    let key = Self.key("createServer", service: "ecs")
    teach(Self.key("createServer", "there", service: "ecs"), 5000, jobs: 5)
    #expect((4500...5500).contains(median(key)))
    teach(Self.key("createServer", "yonder", service: "ecs"), 20, jobs: 6)
    #expect((15...25).contains(median(key)))
    teach(Self.key("createServer", "there", service: "ecs"), 5000, jobs: 2)
    #expect((4500...5500).contains(median(key)))
  }

  @Test mutating func `does not go round between two regions`() {
    teach(Self.key("new", "here"), 100, jobs: 5)
    let alone = prior(Self.key("new", "there"))
    teach(Self.key("new", "there"), 9000, jobs: 5)
    #expect(alone != .generic && prior(Self.key("new", "there")) == alone)
  }

  @Test mutating func `is renewed with the distribution, and what a sample is scored against`() {
    let id = book.id(of: Self.key("new"))
    let before = book.distribution(of: id, at: .zero).hazards
    teach(Self.key("new", "there"), 5000, jobs: 10)
    #expect(book.distribution(of: id, at: .seconds(19)).hazards == before)
    #expect(book.model(of: id, at: .seconds(19)).prior == .generic)
    #expect(book.distribution(of: id, at: .seconds(20)).hazards != before)
    #expect(book.model(of: id, at: .seconds(20)).prior == prior(Self.key("new")))
    #expect(prior(Self.key("new")) != .generic)
  }
}
