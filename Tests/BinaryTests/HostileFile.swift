import Foundation
import Glibc
import TestSupport

/// Something in `incoming/` that cannot be taken, and what the reason of its rejection has to say.
struct HostileFile: Sendable {
  enum Content: Sendable {
    case bytes([UInt8])
    case text(String)
    case link(to: String)
    case fifo
    case directory
  }

  /// Byte for byte; need not be text.
  var name: [UInt8]
  var content: Content
  /// Names the place of the mistake, and the cure.
  var reasons: [String]

  private init(_ name: String, _ content: Content, _ reasons: String...) {
    self.init(Array(name.utf8), content, reasons)
  }

  private init(_ name: [UInt8], _ content: Content, _ reasons: [String]) {
    (self.name, self.content, self.reasons) = (name, content, reasons)
  }

  /// `neighbour` is a good id in a file whose other entries are bad.
  static func all(neighbour: String) -> [HostileFile] {
    let nested = String(repeating: "[", count: 100_000) + String(repeating: "]", count: 100_000)
    return [
      HostileFile("bad-utf8", .bytes([0x7B, 0xC3, 0x28, 0xFF]), "the file", "save it as UTF-8"),
      HostileFile("truncated", .text(#"{"job_id": "ab"#), "the file", "is it whole?"),
      HostileFile("nested", .text(nested), "the file"),
      HostileFile("large", .bytes(Array(repeating: 0x61, count: 5 << 20)), "the file", "4 MiB", "split it"),
      HostileFile("link", .link(to: "/etc/hostname"), "symbolic link", "write the file itself"),
      HostileFile("fifo", .fifo, "not a plain file", "write a plain file"),
      HostileFile("directory", .directory, "not a plain file", "write a plain file"),
      HostileFile("empty", .text(""), "holds no job", "write one job id per line"),
      HostileFile("blank", .text("\n \n"), "holds no job"),
      HostileFile("a\nname with \"quotes\" and 'more'", .text("no id"), "line 1", "not known"),
      HostileFile(Array(repeating: 0xFE, count: 250), .text("!"), ["line 1", "is no job id"]),
      HostileFile("escape", .text(#"{"job_id": "../../../etc/passwd"}"#), "is no job id"),
      HostileFile("service", .text(#"{"job_id": "ab12", "service": "ecz"}"#), "ecz", "did you mean", "ecs"),
      HostileFile("account", .text(#"[{"job_id": "ab12", "account": "x"}]"#), "entry 1", "\"x\""),
      HostileFile(
        "mixed", .text("{\"job_id\": \"\(neighbour)\"}\n{\"job\": \"ab12\"}\n{\"job_id\": 7}\n"),
        "1 jobs of this file were taken", "line 2", "unknown key \"job\"", "line 3",
        "text in quotes"),
    ]
  }

  /// As other programs would put it there: whole at once.
  func put(into place: Workplace) throws {
    let path = (Array((place.incoming + "/").utf8) + name + [0]).map { CChar(bitPattern: $0) }
    switch content {
    case .bytes(let bytes): try place.drop(bytes, as: name)
    case .text(let text): try place.drop(Array(text.utf8), as: name)
    case .link(let target):
      guard symlink(target, path) == 0 else { throw SystemFailure("symlink", errno) }
    case .fifo: guard mkfifo(path, 0o644) == 0 else { throw SystemFailure("mkfifo", errno) }
    case .directory: guard mkdir(path, 0o755) == 0 else { throw SystemFailure("mkdir", errno) }
    }
  }
}
