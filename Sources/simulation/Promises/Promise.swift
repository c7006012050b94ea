import JobWatchCore

/// Something that jobwatch promises, as a judge from outside sees it. It may remember what it saw before.
protocol Promise {
  /// What of the promise is broken.
  ///
  /// - Parameter isEnd: troubles and new jobs have been over for two days, so that everything has come to rest.
  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation]
}

struct Violation {
  /// The promise, by its name in the page on tests.
  var promise: String
  var what: String
  /// The job concerned, for its story.
  var job: JobKey?

  init(_ promise: String, _ what: String, _ job: JobKey? = nil) {
    (self.promise, self.what, self.job) = (promise, what, job)
  }
}
