import Foundation
import JobWatchFiles

/// The status log and the files that it was rotated to.
struct LogDirectory {
  /// The path of the current file.
  let log: String

  private var directory: String {
    let parent = (log as NSString).deletingLastPathComponent
    return parent.isEmpty ? "." : parent
  }

  /// Every file that holds lines, the oldest lines first, and the current one even when it is
  /// empty. Files are put in order by their first line, whatever they are called.
  ///
  /// - Parameter tell: told which rotated files cannot be read.
  func segments(tell: (String) -> Void) throws -> [LogSegment] {
    let names = try rotated()
    var segments: [LogSegment] = []
    for name in names.sorted() {
      // Its origin stands beside it until a compression is complete.
      if name.hasSuffix(".gz"), names.contains(String(name.dropLast(3))) { continue }
      if Self.isForeign(name) {
        tell("\(name) is left out: only gzip's compression is read")
        continue
      }
      do {
        if let segment = try segment(directory + "/" + name, tell), segment.first != nil {
          segments.append(segment)
        }
      } catch let error as LogUnreadable {
        tell("\(error)")
      } catch let error as GzipStream.Missing {
        tell("\(name) is left out: \(error)")
      }
    }
    if let current = try segment(log, tell) { segments.append(current) }
    if segments.isEmpty { throw LogUnreadable(log, ENOENT) }
    return segments.sorted { left, right in
      (left.first?.seq ?? .max, left.isCompressed ? 1 : 0)
        < (right.first?.seq ?? .max, right.isCompressed ? 1 : 0)
    }
  }

  private func segment(_ path: String, _ tell: (String) -> Void) throws -> LogSegment? {
    guard var segment = try LogSegment(path: path), let content = try segment.open() else {
      return nil
    }
    while let line = try content.lines.next() {
      guard let head = LogHead(line) else { continue }
      segment.first = (head.seq, String(decoding: head.time, as: UTF8.self))
      return segment
    }
    if !content.isWhole { tell("\(segment.name) is left out: it is damaged") }
    return segment
  }

  /// The names beside the log's that rotation gives: `.1`, `.2.gz`, `-20261121`,
  /// `-20261121-1764000000.gz`.
  private func rotated() throws(LogUnreadable) -> Set<String> {
    let stem = (log as NSString).lastPathComponent
    do throws(FileFailure) {
      let names = try DirectoryEntry.list(directory).map(\.name)
      return Set(names.filter { Self.isRotated($0, from: stem) })
    } catch {
      throw LogUnreadable(error.code == ENOENT ? log : directory, error.code)
    }
  }

  static func isRotated(_ name: String, from stem: String) -> Bool {
    guard name.hasPrefix(stem), let separator = name.dropFirst(stem.count).first,
      ".-".contains(separator)
    else { return false }
    let suffix = name.dropFirst(stem.count + 1)
    let mark = suffix.prefix { $0.isASCII && ($0.isNumber || "-_T".contains($0)) }
    let compression = String(suffix.dropFirst(mark.count))
    return mark.first?.isNumber == true
      && (["", ".gz"].contains(compression) || foreign.contains(compression))
  }

  /// The suffixes of other compressors.
  private static let foreign = [".xz", ".zst", ".bz2", ".lz4", ".Z"]

  private static func isForeign(_ name: String) -> Bool { foreign.contains(where: name.hasSuffix) }
}
