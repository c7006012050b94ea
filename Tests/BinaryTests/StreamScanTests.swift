import Foundation
import TestSupport
import Testing

@Suite(.timeLimit(.minutes(5))) struct `Submitting the jobs of a stream` {
  private let place: TemporaryDirectory

  init() throws {
    place = try TemporaryDirectory()
    try FileManager.default.createDirectory(atPath: place.path + "/spool/incoming", withIntermediateDirectories: true)
  }

  private static func url(_ job: Int) -> String {
    "https://ecs.eu-de.otc.t-systems.com/v1/0123456789abcdef0123456789abcdef/jobs/2c9eb2c5544cbf6101544f0602af2b4\(job)"
  }

  /// Of several megabytes, with bytes that are no text.
  private static let stream: [UInt8] = {
    let noise = (0..<20_000).map { "[DEBUG] \($0) a line that names no job, https://example.com/jobs/1\n" }.joined()
    let asked = (1...3).map { "[DEBUG] API Request URL: GET \(url($0)): timestamp=1\n" }.joined()
    return Array("\(noise)\(asked)".utf8) + [0xFF, 0, 10] + Array("\(asked)\(noise)> GET \(url(4))".utf8)
  }()

  /// Runs the shell with the stream in `$1`, the program in `$2` and the spool in `$3`.
  private func run(_ line: String) async throws -> ChildProcess.Outcome {
    try Data(Self.stream).write(to: URL(filePath: place.path + "/in"))
    let binary = try ChildProcess.binary()
    return try await ChildProcess.run(
      ["-c", line, "sh", place.path + "/in", binary, place.path + "/spool"], program: "/bin/sh")
  }

  private func submitted() throws -> [String] {
    let incoming = place.path + "/spool/incoming"
    return try FileManager.default.contentsOfDirectory(atPath: incoming).sorted().map { name in
      String(decoding: try Data(contentsOf: URL(filePath: incoming + "/" + name)), as: UTF8.self)
    }
  }

  private func isIntact(_ copy: String) throws -> Bool {
    try Data(contentsOf: URL(filePath: place.path + copy)) == Data(Self.stream)
  }

  @Test func `submits each once, with the options, and passes all on unchanged`() async throws {
    let outcome = try await run(#"cat "$1" | "$2" submit --scan --tee --label run=42 --spool "$3" > "$1.copy""#)
    #expect(outcome.exit == .code(0))
    #expect(try isIntact("/in.copy"))
    let files = try submitted()
    #expect(files.count == 4)
    for job in 1...4 { #expect(files.count { $0.contains(Self.url(job)) && $0.contains(#""run":"42""#) } == 1) }
    #expect(outcome.error.split(separator: "\n").last == "4 jobs submitted")
  }

  @Test func `reads a file, and prints what it submits`() async throws {
    let outcome = try await run(#""$2" submit --scan --spool "$3" "$1""#)
    #expect(outcome.exit == .code(0) && outcome.error == "4 jobs submitted\n")
    #expect(outcome.output.split(separator: "\n").map { $0.suffix(1) } == ["1", "2", "3", "4"])
    let missing = try await run(#""$2" submit --scan --spool "$3" "$1.none""#)
    #expect(missing.exit == .code(64) && missing.error.contains("in.none cannot be read"))
    let directory = try await run(#""$2" submit --scan --spool "$3" "$3""#)
    #expect(directory.exit == .code(64) && directory.error.contains("spool cannot be read"))
  }

  @Test(arguments: ["", "--tee"]) func `submits all though nobody reads what it prints`(_ option: String) async throws {
    let line = #"{ "$2" submit --scan \#(option) --spool "$3" < "$1"; echo "ended with $?" >&2; } | true"#
    let outcome = try await run(line)
    #expect(outcome.error.contains("4 jobs submitted\nended with 0\n"), "\(outcome.error)")
    #expect(try submitted().count == 4)
  }

  @Test func `passes the stream on though the spool cannot be written`() async throws {
    let outcome = try await run(#"cat "$1" | "$2" submit --scan --tee --spool "$3/none" > "$1.copy""#)
    #expect(outcome.exit == .code(75) && outcome.error.contains("4 of the stream's jobs could not be submitted"))
    #expect(try isIntact("/in.copy"))
  }

  @Test(arguments: [
    "--tee", "--scan a b", "--scan --task t", "--scan --instance i",
  ])
  func `refuses options that do not go together`(_ options: String) async throws {
    #expect(try await run("\"$2\" submit --spool \"$3\" \(options) < /dev/null").exit == .code(64))
  }
}
