import JobWatchCore

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
      for table in [memory.ended, memory.watched] {
        bytes.append(table)
      }
    }
    return bytes
  }

  /// Replaces the memories by the stored ones; running jobs and prior stay.
  package mutating func recall(_ bytes: some Collection<UInt8>) {
    guard let stored = DurationModel(bytes: bytes) else { return }
    (memories, completions) = (stored.memories, stored.completions)
  }

  /// Nil for bytes that no version of this program wrote.
  init?(bytes: some Collection<UInt8>) {
    var reader = ByteReader(bytes: Array(bytes))
    guard reader.next() == Self.version, let count = reader.number(UInt64.self) else { return nil }
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
    guard reader.isAtEnd else { return nil }
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
  let bytes: [UInt8]
  private var position = 0

  init(bytes: [UInt8]) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func next() -> UInt8? {
    guard position < bytes.count else { return nil }
    defer { position += 1 }
    return bytes[position]
  }

  mutating func number<Number: FixedWidthInteger>(_ type: Number.Type) -> Number? {
    var number: Number = 0
    for shift in stride(from: 0, to: Number.bitWidth, by: 8) {
      guard let byte = next() else { return nil }
      number |= Number(truncatingIfNeeded: byte) << Number(shift)
    }
    return number
  }

  /// Finite, or nil.
  mutating func real() -> Float? {
    number(UInt32.self).map(Float.init(bitPattern:)).flatMap { $0.isFinite ? $0 : nil }
  }

  mutating func table() -> [Float]? {
    var bits: [UInt8] = []
    for _ in stride(from: 0, to: AgeScale.count, by: 8) {
      guard let byte = next() else { return nil }
      bits.append(byte)
    }
    var table = [Float](repeating: 0, count: AgeScale.count)
    for bucket in table.indices where bits[bucket / 8] >> (bucket % 8) & 1 == 1 {
      guard let value = real() else { return nil }
      table[bucket] = value
    }
    return table
  }
}
