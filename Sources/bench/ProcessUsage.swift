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

  /// Resident bytes, the pages of files and libraries included. The file has kB of 1024 bytes: proc_pid_status(5).
  static func memory(of process: pid_t = getpid()) throws -> Double {
    let path = "/proc/\(process)/status"
    let content = FileManager.default.contents(atPath: path) ?? Data()
    let line = String(decoding: content, as: UTF8.self).split(separator: "\n").first { $0.hasPrefix("VmRSS:") }
    let words = line?.split(whereSeparator: \.isWhitespace) ?? []
    guard words.count > 1, let size = Double(words[1]) else { throw Failure("\(path) has no VmRSS: the process ended") }
    return size * 1024
  }
}
