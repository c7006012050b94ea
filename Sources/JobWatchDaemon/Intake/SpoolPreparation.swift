import JobWatchFiles
import JobWatchSpool

extension SpoolDirectory {
  /// The spool's own directory, with the mode that tmpfiles.d gives it, and both in it. A file in the place of `rejected/`
  /// is kept beside it, because a bad file could not be rejected otherwise, and would be read for ever.
  var needed: [NeededDirectory] {
    [
      NeededDirectory(path: Directory.parent(of: incoming), mode: 0o751),
      NeededDirectory(path: incoming, mode: 0o750), NeededDirectory(path: rejected, mode: 0o750, replacesFile: true),
    ]
  }

  /// Creates the directories that are missing. Throws if the directory that the spool is in does not exist.
  func prepare() throws(FileFailure) {
    for directory in needed { try directory.make() }
  }
}
