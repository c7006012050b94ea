import Glibc
import JobWatchFiles

/// The files of the status log, and what logrotate and others do to them.
final class LogFolder {
  /// Rotated files, oldest first; the present one is not among them.
  private(set) var rotated: [String] = []
  /// Those that were copied: a line whose place was not on record yet may come again behind one.
  private(set) var copies: Set<String> = []
  private var count = 0
  private let path: String
  private let machine: Machine
  private let time: VirtualTime

  init(_ setup: Setup, _ machine: Machine, _ time: VirtualTime) {
    (path, self.machine, self.time) = (setup.statusLog, machine, time)
  }

  /// A rotation is a rename like any other.
  func powerWasCut() { rotated.removeAll { Disk.content(of: $0) == nil } }

  /// As logrotate does without copytruncate.
  func rotate() {
    guard machine.isOn else { return }
    Disk.exempt {
      count += 1
      guard rename(path, "\(path).\(count)") == 0 else { return }
      rotated.append("\(path).\(count)")
      machine.tell("the status log is rotated")
    }
  }

  /// As logrotate does with copytruncate, and as carefully as a program can.
  func copyAndEmpty() {
    guard machine.isOn, let content = Disk.content(of: path), content.last == UInt8(ascii: "\n") else { return }
    count += 1
    let target = "\(path).\(count)"
    append(Array(content), to: target)
    Disk.exempt {
      require { try Directory.syncParent(target) }
      let descriptor = open(path, O_WRONLY | O_CLOEXEC)
      let emptied = ftruncate(descriptor, 0)
      require { try succeeded(emptied == 0) }
      fsync(descriptor)
      close(descriptor)
    }
    rotated.append(target)
    copies.insert(target)
    machine.tell("the status log is copied and emptied")
  }

  private func append(_ bytes: [UInt8], to path: String) {
    Disk.exempt {
      let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
      let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
      require { try succeeded(count == bytes.count) }
      fsync(descriptor)
      close(descriptor)
    }
  }

  /// Rotates right after a line, and the power goes before much is written back by itself.
  func rotateAtNextLine(thenOffAfter wait: Duration) {
    machine.faults.onNext = (
      .log,
      { [self] in
        time.after(.milliseconds(5)) { self.rotate() }
        machine.die(after: wait, powerCut: true)
      }
    )
  }

  /// The power goes in the middle of a line.
  func rotateTornLine(thenOffAfter wait: Duration) {
    machine.die(at: .log, after: 0, torn: true, powerCut: true, downFor: .seconds(2))
    machine.atPowerOn.append { [self] in
      rotate()
      machine.die(after: wait, powerCut: true)
    }
  }

  static let foreign = "written by somebody else"

  /// Another program takes the status log for its own.
  func writeForeignLine(_ draw: inout Draw) {
    guard machine.isOn else { return }
    append(Array((Self.foreign + (draw.chance(0.5) ? "\n" : "")).utf8), to: path)
    machine.tell("somebody writes into the status log")
  }
}
