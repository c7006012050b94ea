import Foundation
import Glibc

/// The CPU time of a process, by the count of the kernel.
enum ProcessUsage {
  /// User and system time of all threads since its start, to the nanosecond. /proc/PID/stat has the same in
  /// hundredths of a second.
  static func cpuSeconds(of process: pid_t = getpid()) throws -> Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else {
      throw Failure("process \(process) has no CPU clock: it ended")
    }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}

/// The memory of a process, in bytes.
struct MemoryUse: Sendable {
  /// With the pages of files and libraries that other processes use as well.
  var resident: Double
  /// Of these, its own: heaps and stacks.
  var anonymous: Double
  /// The most that was resident at any time.
  var peak: Double
  /// Resident, with only its share of the pages that others use as well.
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
      else { throw Failure("\(path) has no \(name) the process ended") }
      return size * 1024
    }
  }

  var detail: String {
    "\(Self.text(anonymous)) its own, \(Self.text(resident - anonymous)) of files, "
      + "PSS \(Self.text(proportional)), peak \(Self.text(peak))"
  }

  private static func text(_ bytes: Double) -> String { (bytes / 1e6).threeDigits }
}
