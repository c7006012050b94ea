import Glibc

/// What a process has used, as the kernel counts it.
enum ProcessUsage {
  struct Failure: Error, CustomStringConvertible {
    var description: String
  }

  /// User and system time of all threads since its start, to the nanosecond; /proc/PID/stat has the same in
  /// hundredths of a second.
  static func cpuSeconds(of process: pid_t = getpid()) throws -> Double {
    var clock = clockid_t()
    var time = timespec()
    guard clock_getcpuclockid(process, &clock) == 0, clock_gettime(clock, &time) == 0 else {
      throw Failure(description: "process \(process) has no CPU clock: it ended")
    }
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
