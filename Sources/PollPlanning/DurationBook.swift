import JobWatchCore

/// The learned durations of every type of jobs, and the plans that follow from them.
///
/// The number of types is bounded, whatever a service calls them. Beyond the bound, the type without running jobs that
/// learned the longest ago is forgotten. Where all have running jobs, a new type gets the shared key of its service.
struct DurationBook: Sendable {
  /// Names a key for as long as the process lives. The name of a forgotten key stands for the shared key of its service
  /// from then on.
  struct ID: Hashable, Sendable {
    /// The service's number in the low byte, a serial number above it; 0 is the shared key's.
    fileprivate let number: UInt32

    fileprivate init(service: Int, serial: UInt32) {
      number = serial << 8 | UInt32(service)
    }

    var service: Int { Int(number & 0xff) }
    fileprivate var isShared: Bool { number >> 8 == 0 }
    fileprivate static let lastSerial = UInt32.max >> 8
  }

  struct Entry: Sendable {
    let key: DurationKey
    let bounds: PollBounds
    /// Its prior is as old as the cached plans.
    var model = DurationModel()
    /// Jobs that run, and count in the model.
    var running = 0
    /// When it learned last, by the order of all samples; 0: never.
    var lastSample = 0
    /// Changes of the model; a new prior is none.
    var changes = 0
    var cached = CachedPlans.unlearned
    /// Its distribution as a prior for others; nil: no other type has needed it.
    var shown: (prior: DurationPrior, changes: Int, madeAt: Duration)?

    /// For places that are never empty.
    static let blank = Entry(key: DurationKey(service: "", jobType: "", region: ""), bounds: PollBounds())

    /// Mutating, because a dictionary copies what it only reads.
    mutating func isOutdated(_ samples: Int, at uptime: Duration) -> Bool {
      cached.isOutdated(by: changes, samples, at: uptime)
    }

    mutating func plan(_ step: PriceStep, count: inout Int) -> PollPlan {
      cached.plan(step, bounds: bounds, count: &count)
    }

    fileprivate mutating func watch(_ span: WatchedSpan) {
      model.watch(span)
      (running, changes) = (running + 1, changes + 1)
    }

    fileprivate mutating func unwatch(_ span: WatchedSpan) {
      model.unwatch(span)
      (running, changes) = (running - 1, changes + 1)
    }
  }

  var entries: [ID: Entry] = [:]
  private(set) var arrivals = RecentArrivals()
  /// By the services' numbers.
  private(set) var samples: [Int] = []
  private var services: [String] = []
  private var ids: [DurationKey: ID] = [:]
  private var serial: UInt32 = 0
  private var sampleCount = 0
  /// Types with samples that were forgotten: their rows can be deleted.
  private(set) var forgotten: Set<DurationKey> = []
  /// Their rows stay, whatever is learned beside them: another version may read them.
  private var unreadable: Set<DurationKey> = []
  private let bounds: [String: PollBounds]
  private let mostKeys: Int
  /// The plans for a job without a known type.
  var unlearned = CachedPlans.unlearned
  var targetStep = PriceStep(near: 5)
  var planCount = 0

  /// - Parameters:
  ///   - bounds: of the gaps, by service.
  ///   - mostKeys: beside the one of each service that is shared.
  init(bounds: [String: PollBounds] = [:], mostKeys: Int = 1024) {
    self.bounds = bounds
    self.mostKeys = mostKeys
  }

  /// Beyond it, one of each key is kept.
  var mostPlans: Int { 2 * (mostKeys + services.count) }

  // MARK: Keys

  /// The name of a type, which is entered if it is new. That may forget another.
  mutating func id(of key: DurationKey) -> ID {
    if let id = ids[key] { return id }
    let service = number(of: key.service)
    let shared = ID(service: service, serial: 0)
    guard key != self.key(of: shared), serial < ID.lastSerial,
      ids.count < mostKeys || forgetOne()
    else { return entered(shared) }
    serial += 1
    let id = ID(service: service, serial: serial)
    enter(key, as: id)
    ids[key] = id
    // Its row stays, and its next job adds to that.
    forgotten.remove(key)
    return id
  }

  func key(of id: ID) -> DurationKey {
    entries[id]?.key ?? DurationKey(service: services[id.service], jobType: "", region: "")
  }

  mutating func noteDeleted(_ keys: [DurationKey]) { forgotten.subtract(keys) }

  private mutating func number(of service: String) -> Int {
    if let number = services.firstIndex(of: service) { return number }
    // There are far fewer services than numbers.
    precondition(services.count < 256, "too many services")
    services.append(service)
    samples.append(0)
    return services.count - 1
  }

  private mutating func forgetOne() -> Bool {
    let idle = entries.lazy.filter { $0.value.running == 0 && !$0.key.isShared }
    let oldest = idle.min {
      ($0.value.lastSample, $0.key.number) < ($1.value.lastSample, $1.key.number)
    }
    guard let (id, entry) = oldest else { return false }
    entries[id] = nil
    ids[entry.key] = nil
    planCount -= entry.cached.planCount
    if entry.lastSample > 0, !unreadable.contains(entry.key) { forgotten.insert(entry.key) }
    return true
  }

  /// Of the key itself or, where it was forgotten, of the shared one.
  mutating func entered(_ id: ID) -> ID {
    if entries.index(forKey: id) != nil { return id }
    let shared = ID(service: id.service, serial: 0)
    if entries[shared] == nil { enter(key(of: shared), as: shared) }
    return shared
  }

  private mutating func enter(_ key: DurationKey, as id: ID) {
    entries[id] = Entry(key: key, bounds: bounds[key.service] ?? PollBounds())
  }

  // MARK: Samples

  /// Takes over a stored model. Types come in the order in which they learned last.
  ///
  /// - Returns: false for bytes that this version cannot read.
  mutating func restore(_ key: DurationKey, _ bytes: some Collection<UInt8>) -> Bool {
    guard let model = DurationModel(bytes: bytes) else {
      unreadable.insert(key)
      return false
    }
    adopt(model, id(of: key))
    return true
  }

  /// Takes over what a model has learned, and is on record now. The running jobs stay as they are.
  mutating func learned(_ model: DurationModel, of id: ID) {
    guard let known = entries[id]?.model.completions, model.completions >= known else { return }
    // Samples that overtook one another come as one. A forgotten key that is still on record comes with all samples that
    // it had before.
    let new = known == 0 ? min(model.completions, 1) : model.completions - known
    for _ in 0..<min(new, RecentArrivals.most) { arrivals.add(id) }
    adopt(model, id)
  }

  /// - Parameter keys: the types of the jobs that ended last, from the newest on.
  mutating func recall(arrivals keys: [DurationKey]) {
    arrivals = RecentArrivals()
    for key in keys.prefix(RecentArrivals.most).reversed() {
      if let id = ids[key] { arrivals.add(id) }
    }
  }

  private mutating func adopt(_ model: DurationModel, _ id: ID) {
    sampleCount += 1
    samples[id.service] += 1
    entries[id]?.model.recall(model)
    entries[id]?.lastSample = sampleCount
    entries[id]?.changes += 1
  }

  mutating func watch(_ span: WatchedSpan, of id: ID) { entries[entered(id)]?.watch(span) }

  /// Takes a job out that `watch` put in, with the same span.
  mutating func unwatch(_ span: WatchedSpan, of id: ID) { entries[entered(id)]?.unwatch(span) }
}

/// The types of the last ended jobs: the mix over which the mean latency is taken.
struct RecentArrivals: Sendable {
  static let most = 1000

  private(set) var counts: [DurationBook.ID: Int] = [:]
  private var ring: [DurationBook.ID] = []
  /// The place of the oldest, once the ring is full.
  private var oldest = 0

  var isFull: Bool { ring.count == Self.most }

  mutating func add(_ id: DurationBook.ID) {
    counts[id, default: 0] += 1
    guard isFull else { return ring.append(id) }
    let gone = ring[oldest]
    counts[gone] = counts[gone].flatMap { $0 > 1 ? $0 - 1 : nil }
    ring[oldest] = id
    oldest = (oldest + 1) % Self.most
  }
}
