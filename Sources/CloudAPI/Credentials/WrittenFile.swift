import Foundation

/// Reads a file that a person writes, or says why it cannot be read, for each reader to tell in its own words.
package enum WrittenFile {
  package enum Fault: Error, Sendable, Hashable {
    case missing
    /// Not by this user.
    case denied
    case tooLarge
    /// The system's reason.
    case unreadable(String)
  }

  /// - Parameter limit: in bytes; a larger file is `tooLarge`.
  package static func bytes(at path: String, limit: Int) throws(Fault) -> Data {
    let data: Data
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }  // nothing was written: there is nothing that closing could lose
      data = try file.read(upToCount: limit + 1) ?? Data()
    } catch {
      switch (error as? CocoaError)?.code {
      case .fileReadNoSuchFile, .fileNoSuchFile: throw .missing
      case .fileReadNoPermission: throw .denied
      default: throw .unreadable(error.localizedDescription)
      }
    }
    if data.count > limit { throw .tooLarge }
    return data
  }
}
