import JobWatchFiles
import JobWatchSpool

extension SpoolDirectory {
  /// The spool's own directory, and both in it. A submitter passes through the first, as tmpfiles.d makes it. A file
  /// in the place of `rejected/` is kept beside it: where nothing can be rejected, a bad file would stand in the way
  /// for ever.
  var needed: [NeededDirectory] {
    [
      NeededDirectory(path: NeededDirectory.parent(of: incoming), mode: 0o751),
      NeededDirectory(path: incoming, mode: 0o750),
      NeededDirectory(path: rejected, mode: 0o750, replacesFile: true),
    ]
  }

  /// Creates what is missing of them, where the directory that the spool is in exists.
  func prepare() throws(FileFailure) {
    for directory in needed { try directory.make() }
  }
}
