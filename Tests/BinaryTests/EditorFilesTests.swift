import Foundation
import JobWatchCore
import TestSupport
import Testing

@Suite struct `Files as an editor saves them` {
  @Test(
    "with a byte order mark and CRLF are read, and the daemon is told nothing wrong by them",
    .timeLimit(.minutes(10)))
  func marked() async throws {
    try await Testbed.run { bed in
      let place = bed.place
      for path in [
        place.configuration, place.root + "/access_key", place.secretKeyFile,
        place.root + "/hook_secret",
      ] {
        let text = try place.text(of: path)
        try place.write("\u{FEFF}" + text.replacing("\n", with: "\r\n"), to: path)
      }
      let check = try await CommandLineTests.jobwatch(["check", "--config", place.configuration], in: bed)
      #expect(check.exit == .code(0) && check.error.isEmpty, "\(check.error)")
      let daemon = try await bed.startDaemon()
      let job = PlannedJob.failing(after: .zero)
      try bed.submit([job])
      // The cloud and the receiver check the signatures made with each secret.
      try await within(.seconds(20), "the end is told") { try await bed.told([job]) }
      #expect(await daemon.terminate() == .code(0))
      #expect(bed.cloud.refusedCalls.isEmpty)
    }
  }
}
