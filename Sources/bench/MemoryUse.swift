import Foundation

/// What a process has in memory, in bytes.
struct MemoryUse: Sendable {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// With the pages of files and libraries that others use as well.
  var resident: Double
  /// Of these, its own: heaps and stacks.
  var anonymous: Double
  /// The most that was ever resident.
  var peak: Double
  /// Resident, with its share only of what others use as well.
  var proportional: Double

  /// Sizes in these files are in kB of 1024 bytes: proc_pid_status(5), proc_pid_smaps(5).
  init(of process: pid_t) throws {
    let status = try Self.sizes(in: "/proc/\(process)/status", ["VmRSS:", "RssAnon:", "VmHWM:"])
    (resident, anonymous, peak) = (status[0], status[1], status[2])
    proportional = try Self.sizes(in: "/proc/\(process)/smaps_rollup", ["Pss:"])[0]
  }

  private static func sizes(in path: String, _ names: [String]) throws -> [Double] {
    let content = String(
      decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    let lines = content.split(separator: "\n").map { $0.split(whereSeparator: \.isWhitespace) }
    return try names.map { name in
      guard let line = lines.first(where: { $0.first.map(String.init) == name }), line.count > 1,
        let size = Double(line[1])
      else { throw Failure(description: "\(path) has no \(name) the process ended") }
      return size * 1024
    }
  }

  var detail: String {
    "\(Self.text(anonymous)) its own, \(Self.text(resident - anonymous)) of files, "
      + "PSS \(Self.text(proportional)), peak \(Self.text(peak))"
  }

  private static func text(_ bytes: Double) -> String { (bytes / 1e6).threeDigits }
}
