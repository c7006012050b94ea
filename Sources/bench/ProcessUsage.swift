import Foundation
import Glibc

/// CPU time and memory of a process, as the kernel counts them.
enum ProcessUsage {
  /// User and system time of all threads since its start. /proc/PID/stat has hundredths of a second only.
  static func cpuSeconds(of process: pid_t = getpid()) throws -> Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else {
      throw Failure("process \(process) has no CPU clock: it ended")
    }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// Bytes in memory, the pages of files and libraries included; of these its heaps and stacks; and the most that was
  /// resident at any time. The file has kB of 1024 bytes: proc_pid_status(5).
  static func memory(of process: pid_t = getpid()) throws -> (resident: Double, own: Double, peak: Double) {
    let path = "/proc/\(process)/status"
    let content = FileManager.default.contents(atPath: path) ?? Data()
    let lines = String(decoding: content, as: UTF8.self).split(separator: "\n")
    let sizes = try ["VmRSS:", "RssAnon:", "VmHWM:"].map { name in
      let words = lines.first { $0.hasPrefix(name) }?.split(whereSeparator: \.isWhitespace) ?? []
      guard words.count > 1, let size = Double(words[1]) else {
        throw Failure("\(path) has no \(name) the process ended")
      }
      return size * 1024
    }
    return (sizes[0], sizes[1], sizes[2])
  }
}
