import Foundation
import TestSupport
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
        #expect(try await Self.offer(line) == expected, "\(line)")
      }
    }
  }

  @Test("comes as a script for each shell", .timeLimit(.minutes(10)), arguments: ["zsh", "fish"])
  func script(_ shell: String) async throws {
    let outcome = try await ChildProcess.run(["--generate-completion-script", shell])
    #expect(outcome.exit == .code(0))
    #expect(outcome.output.contains("explain"))
  }

  /// What stands behind `jobwatch` when the key is pressed, the last word being begun.
  private static func offer(_ words: [String]) async throws -> String {
    let program = """
      PATH="${0%/*}:$PATH"
      source <(jobwatch --generate-completion-script bash)
      COMP_WORDS=(jobwatch "$@") COMP_CWORD=$# COMP_LINE="jobwatch $*" COMP_POINT=${#COMP_LINE}
      _jobwatch jobwatch "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
      echo "${COMPREPLY[*]}"
      """
    let outcome = try await ChildProcess.run(["-c", program, try ChildProcess.binary()] + words, program: "/bin/bash")
    #expect(outcome.exit == .code(0))
    #expect(outcome.error.isEmpty)
    return outcome.output.trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
