import Foundation
import Testing

/// What a key press offers, as bash asks for it.
@Suite struct `Completion on the command line` {
  @Test("offers commands, options, job ids, names and words", .timeLimit(.minutes(10)))
  func offers() async throws {
    try await Testbed.run { bed in
      let daemon = try await bed.startDaemon()
      let job = PlannedJob.succeeding(after: .zero)
      try bed.submit([job])
      try await within(.seconds(20), "the end is told") { try await bed.told([job]) }
      #expect(await daemon.terminate() == .code(0))
      let file = bed.place.configuration
      for (line, expected) in [
        (["expl"], "explain"), (["log", "--fol"], "--follow"),
        (["show", "--config", file, ""], job.id),
        (["show", "--config", file, String(job.id.prefix(2))], job.id),
        (["log", "--config", file, "--job", ""], job.id),
        (["pause", "--config", file, "p"], "prod"),
        (["submit", "--config", file, "--channel", "jou"], "journal"),
        (["log", "--event", "job.lo"], "job.lost"),
        (["list", "--state", "awa"], "awaiting_payment"),
        (["durations", "--service", "gem"], "geminidb"),
        // Nothing to read, nothing to say.
        (["show", "--config", "/nowhere.yaml", ""], ""),
      ] {
        #expect(try await Self.offer(line, in: bed.place) == expected, "\(line)")
      }
    }
  }

  @Test("comes as a script for each shell", .timeLimit(.minutes(10)), arguments: ["zsh", "fish"])
  func script(_ shell: String) async throws {
    let place = try Workplace()
    let process = try ChildProcess(
      ["--generate-completion-script", shell], output: place.standardError + ".out",
      error: place.standardError)
    #expect(await process.exit == .code(0))
    #expect(try place.text(of: place.standardError + ".out").contains("explain"))
  }

  /// What stands behind `jobwatch` when the key is pressed, the last word being begun.
  private static func offer(_ words: [String], in place: Workplace) async throws -> String {
    let program = """
      PATH="${0%/*}:$PATH"
      source <(jobwatch --generate-completion-script bash)
      COMP_WORDS=(jobwatch "$@") COMP_CWORD=$# COMP_LINE="jobwatch $*" COMP_POINT=${#COMP_LINE}
      _jobwatch jobwatch "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
      echo "${COMPREPLY[*]}"
      """
    let output = "\(place.root)/offer-\(UUID().uuidString)"
    let process = try ChildProcess(
      ["-c", program, try ChildProcess.binary()] + words, program: "/bin/bash", output: output,
      error: output + ".err")
    #expect(await process.exit == .code(0))
    #expect(try place.text(of: output + ".err").isEmpty)
    return try place.text(of: output).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
