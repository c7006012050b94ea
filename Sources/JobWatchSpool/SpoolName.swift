extension SpoolDirectory {
  /// A name in `incoming/`, byte for byte as the file system has it, which need not be text.
  ///
  /// A file that is being cleared away has a name of the daemon's own, `taken-INODE-RANDOM-OFFERED`. A program that
  /// still opens `OFFERED`, its submitter's name, gets another file.
  package struct Name: Hashable, Sendable, CustomStringConvertible {
    var bytes: [UInt8]

    package init(bytes: [UInt8]) { self.bytes = bytes }

    /// A name that no other file has, cut to the 255 bytes of a name, and not to one that is never read.
    init(taking inode: UInt64, of name: Name, chance: UInt32) {
      let head = Self.ownPrefix + "\(inode)-\(chance)-".utf8
      bytes = head + name.offered.prefix(255 - head.count)
      if isTemporary { bytes.removeLast() }
    }

    private static let ownPrefix = Array("taken-".utf8)

    /// The submitter's name.
    private var offered: ArraySlice<UInt8> { own?.offered ?? bytes[...] }

    private var own: (inode: UInt64, offered: ArraySlice<UInt8>)? {
      guard bytes.starts(with: Self.ownPrefix) else { return nil }
      let parts = bytes.dropFirst(Self.ownPrefix.count).split(
        separator: UInt8(ascii: "-"), maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3, let inode = UInt64(String(decoding: parts[0], as: UTF8.self)),
        UInt32(String(decoding: parts[1], as: UTF8.self)) != nil
      else { return nil }
      return (inode, parts[2])
    }

    package var isOwn: Bool { own != nil }

    /// The daemon gave it to the file of that inode.
    func isTaken(_ inode: UInt64) -> Bool { own?.inode == inode }

    /// It has the form of the names that `SpoolWriter` gives to files that are closed already.
    package var isOfWriter: Bool {
      let parts = String(decoding: offered, as: UTF8.self)
        .split(separator: "-", omittingEmptySubsequences: false)
      guard parts.count == 3, parts[2].hasSuffix(".jsonl") else { return false }
      return Int64(parts[0]) != nil && Int32(parts[1]) != nil && UInt64(parts[2].dropLast(6), radix: 16) != nil
    }

    /// The submitter's name for people and for the names of new files: control characters, slashes and broken UTF-8 are
    /// replaced.
    package var description: String { Self.plain(offered) }

    /// The name itself in that form, for the path of the file.
    package var text: String { Self.plain(bytes[...]) }

    private static func plain(_ bytes: ArraySlice<UInt8>) -> String {
      String(
        String(decoding: bytes, as: UTF8.self).unicodeScalars.map { scalar in
          let isPlain = scalar.value >= 0x20 && scalar.value != 0x7F && scalar != "/"
          return isPlain ? Character(scalar) : "?"
        })
    }

    /// Names that submitters write before they rename.
    package var isTemporary: Bool { bytes.first == UInt8(ascii: ".") || bytes.suffix(4) == Array(".tmp".utf8)[...] }

    func path(in directory: String) -> [CChar] {
      (Array(directory.utf8) + [UInt8(ascii: "/")] + bytes + [0]).map { CChar(bitPattern: $0) }
    }
  }
}

/// Ordered by the submitters' names.
extension SpoolDirectory.Name: Comparable {
  package static func < (left: Self, right: Self) -> Bool {
    if left.offered != right.offered { return left.offered.lexicographicallyPrecedes(right.offered) }
    return left.bytes.lexicographicallyPrecedes(right.bytes)
  }
}
