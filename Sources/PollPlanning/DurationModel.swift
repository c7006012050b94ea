import JobWatchCore

/// The learned durations of jobs of one (service, job type, region). All ages are seconds since a job's begin.
///
/// It learns from the begin and end times of records, because detection times would feed a schedule's delays back into
/// it. Running jobs count as watched, because the first jobs to end are the short ones.
package struct DurationModel: Hashable, Sendable {
  var prior: DurationPrior
  /// One that follows a change soon, one that knows rare ends.
  var memories = [DurationMemory(), DurationMemory()]
  /// The running jobs, by the bucket of the age at which each was last seen running, less one at the age from which it
  /// was watched. It is neither forgotten nor stored, because each start counts the jobs again.
  private var running: [Float]
  /// Jobs that ended, ever.
  package internal(set) var completions = 0

  /// The part of a memory that remains after one more job: half after 40 and after 2000 jobs.
  static let kept = [40.0, 2000.0].map { Float((-1 / $0).powerOfTwo) }
  /// Jobs that the prior weighs as much as.
  static let priorWeight = 0.5

  package init() { self.init(prior: .generic) }

  init(prior: DurationPrior) {
    self.prior = prior
    running = Array(repeating: 0, count: AgeScale.count)
  }

  package mutating func watch(_ span: WatchedSpan) { count(span, 1) }

  /// A job that is watched was seen running again, at a later age.
  package mutating func extend(_ span: inout WatchedSpan, to age: Double) {
    count(span, -1)
    span.known = max(span.known, age)
    count(span, 1)
  }

  /// Takes out a job that is watched, without a trace.
  package mutating func unwatch(_ span: WatchedSpan) { count(span, -1) }

  package mutating func finish(_ end: DurationSample.End, of span: WatchedSpan) {
    let share = share(end)
    for (index, kept) in Self.kept.enumerated() {
      memories[index].score(share, prior: prior)
      memories[index].fade(to: kept, running: running)
      memories[index].add(share)
    }
    moveToMemories(span, endedIn: share.first)
    completions += 1
  }

  /// A job that was watched is not watched any more, and did not end as far as is known.
  package mutating func leave(_ span: WatchedSpan) {
    let (known, from) = (AgeScale.bucket(span.known), AgeScale.bucket(span.from))
    for index in memories.indices where known > from { memories[index].watched[known] += 1 }
    moveToMemories(span, endedIn: known)
  }

  /// Out of the running ones. One that ended before it was first watched was not running.
  private mutating func moveToMemories(_ span: WatchedSpan, endedIn end: Int) {
    count(span, -1)
    let from = AgeScale.bucket(span.from)
    for index in memories.indices {
      if from > 0 && end > from { memories[index].watched[from] -= 1 }
      memories[index].dropTraces()
    }
  }

  /// The first bucket is left out, because no watch begins within it: a job that was never seen running needs no `watch`
  /// before its end.
  private mutating func count(_ span: WatchedSpan, _ one: Float) {
    let (known, from) = (AgeScale.bucket(span.known), AgeScale.bucket(span.from))
    if known > 0 { running[known] += one }
    if from > 0 { running[from] -= one }
  }

  /// An end between two ages is spread over them: nine tenths as the distribution has it, and one tenth evenly, because
  /// the distribution may rule out the very ages to be learned.
  private func share(_ end: DurationSample.End) -> BucketShare {
    switch end {
    case .at(let age):
      return BucketShare(first: AgeScale.bucket(age), weights: [1])
    case .between(let low, let high):
      let buckets = AgeScale.bucket(low)...max(AgeScale.bucket(low), AgeScale.bucket(high))
      let (events, widths) = (self.events()[buckets], AgeScale.widths[buckets])
      let (sum, width) = (events.reduce(0, +), widths.reduce(0, +))
      return BucketShare(
        first: buckets.lowerBound, weights: zip(events, widths).map { 0.9 * $0 / sum + 0.1 * $1 / width })
    }
  }

  package mutating func learn(_ sample: DurationSample, of span: WatchedSpan) {
    switch sample {
    case .ended(let end): finish(end, of: span)
    case .censored: leave(span)
    }
  }

  /// The distribution that follows: at each age what ended, smoothed, to what was at risk of ending.
  package func distribution() -> DurationDistribution {
    let (events, trust) = (events(), trust())
    let shares = trust.map { $0.sum() }
    var (ended, watched) = (0.0, 0.0)
    var hazards = Array(repeating: 0.0, count: AgeScale.count)
    for bucket in hazards.indices.reversed() {
      ended += events[bucket]
      watched += Double(running[bucket])
      for (share, memory) in zip(shares, memories) { watched += share * Double(memory.watched[bucket]) }
      // May come out too low where it is small, because smoothing moves the ended jobs and not the watched ones.
      let risk = max(ended + watched, 0.25 * ended)
      let ends = min(events[bucket] / max(risk, 1e-12), 0.999)
      hazards[bucket] = -(-ends).logarithmOfOnePlus / AgeScale.widths[bucket]
    }
    return DurationDistribution(edges: AgeScale.edges, hazards: hazards)
  }

  /// What ended in each bucket, as the kernels see it, each trusted as well as it foretold, and the prior.
  private func events() -> [Double] {
    var events = prior.shares.map { Self.priorWeight * $0 }
    for (memory, trust) in zip(memories, trust()) { memory.addSmoothed(trust, to: &events) }
    return events
  }

  /// The weight of each kernel on each memory; they make 1.
  private func trust() -> [SIMD4<Double>] {
    let scores = memories.map { SIMD4<Double>($0.scores) }
    let best = scores.map { $0.max() }.max() ?? 0
    let trust = scores.map { ($0 - best).mapped(\.exponential) }
    let sum = trust.reduce(0) { $0 + $1.sum() }
    return trust.map { $0 / sum }
  }
}

/// A model as bytes, at most 6 KB: what it learned, without its prior and without the running jobs.
///
/// A version (1), the completions (8 bytes), the scores, and each of the four tables as a bit for every bucket and the
/// values of those that are set; all numbers little-endian. A model that was read back decides as the one that was
/// written, to the bit: what would not fit is dropped from the model itself.
extension DurationModel {
  private static let version: UInt8 = 1

  package var bytes: [UInt8] {
    var bytes = [Self.version]
    bytes.append(UInt64(completions))
    for memory in memories {
      for index in memory.scores.indices { bytes.append(memory.scores[index].bitPattern) }
      bytes.append(memory.ended)
      bytes.append(memory.watched)
    }
    return bytes
  }

  /// Replaces the memories by the stored ones; running jobs and prior stay.
  ///
  /// - Returns: false for bytes that this version cannot read: nothing is replaced.
  package mutating func recall(_ bytes: some Collection<UInt8>) -> Bool {
    guard let stored = DurationModel(bytes: bytes) else { return false }
    recall(stored)
    return true
  }

  mutating func recall(_ other: DurationModel) { (memories, completions) = (other.memories, other.completions) }

  /// Nil for bytes that this version cannot read: a later one wrote them, or they are damaged.
  init?(bytes: some Collection<UInt8>) {
    var reader = ByteReader(bytes: ArraySlice(bytes))
    guard reader.bytes.popFirst() == Self.version, let count = reader.number(UInt64.self) else { return nil }
    self.init()
    completions = Int(clamping: count)
    for index in memories.indices {
      for score in memories[index].scores.indices {
        guard let value = reader.real() else { return nil }
        memories[index].scores[score] = value
      }
      guard let ended = reader.table(), let watched = reader.table() else { return nil }
      memories[index].ended = ended
      memories[index].watched = watched
    }
    guard reader.bytes.isEmpty else { return nil }
  }
}

extension DurationMemory {
  /// Of both tables together: with what else is stored, two memories stay below 6 KB.
  private static let most = 700

  /// Drops what has faded to nothing, and the least of what is too much.
  mutating func dropTraces() {
    var least: Float = 1e-4
    while drop(below: least) > Self.most { least *= 2 }
  }

  private mutating func drop(below least: Float) -> Int {
    var left = 0
    for bucket in ended.indices {
      if ended[bucket].magnitude < least { ended[bucket] = 0 } else { left += 1 }
      if watched[bucket].magnitude < least { watched[bucket] = 0 } else { left += 1 }
    }
    return left
  }
}

extension [UInt8] {
  fileprivate mutating func append(_ number: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: number.littleEndian) { append(contentsOf: $0) }
  }

  fileprivate mutating func append(_ table: [Float]) {
    for first in stride(from: 0, to: table.count, by: 8) {
      let bits = table[first..<Swift.min(first + 8, table.count)].enumerated()
        .reduce(UInt8(0)) { $0 | ($1.element == 0 ? 0 : 1 << $1.offset) }
      append(bits)
    }
    for value in table where value != 0 { append(value.bitPattern) }
  }
}

private struct ByteReader {
  /// Those that are left.
  var bytes: ArraySlice<UInt8>

  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
    var number: Number = 0
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      guard let byte = bytes.popFirst() else { return nil }
      number |= Number(truncatingIfNeeded: byte) << Number(shift)
    }
    return number
  }

  /// Finite, or nil.
  mutating func real() -> Float? {
    number(UInt32.self).map(Float.init(bitPattern:)).flatMap { $0.isFinite ? $0 : nil }
  }

  mutating func table() -> [Float]? {
    let bits = Array(bytes.prefix((AgeScale.count + 7) / 8))
    guard bits.count * 8 >= AgeScale.count else { return nil }
    bytes.removeFirst(bits.count)
    var table = [Float](repeating: 0, count: AgeScale.count)
    for bucket in table.indices where bits[bucket / 8] >> (bucket % 8) & 1 == 1 {
      guard let value = real() else { return nil }
      table[bucket] = value
    }
    return table
  }
}
