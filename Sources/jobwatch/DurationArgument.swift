import ArgumentParser
import JobWatchCore

/// A duration on the command line, such as `90s` or `1.5h`.
struct DurationArgument: ExpressibleByArgument {
  let value: Duration

  init?(argument: String) {
    guard let value = Duration(text: argument) else { return nil }
    self.value = value
  }
}
