import Foundation
import Glibc
import JobWatchCore
import SimulatedMachine

/// Decides about each effect that the daemon has on the disk: whether it takes place, fails, or is the last one.
final class DiskFaults {
  /// A kind of effect, at which a death can be aimed.
  enum Target: String, CaseIterable {
    case log, writeAheadLog, database, spool, rejection, rename, unlink, sync, create, any

    fileprivate func includes(_ effect: disk_effect, _ path: String) -> Bool {
      switch self {
      case .log: effect.call == disk_write && path.contains("/log/")
      case .writeAheadLog: effect.call == disk_write && path.hasSuffix("-wal")
      case .database: effect.call == disk_write && path.hasSuffix(".db")
      case .spool: path.contains("/spool/")
      case .rejection:
        effect.call == disk_rename && effect.target.map { String(cString: $0).contains("/rejected/") } == true
      case .rename: effect.call == disk_rename
      case .unlink: effect.call == disk_unlink
      case .sync: effect.call == disk_sync || effect.call == disk_sync_directory
      case .create: effect.call == disk_create
      case .any: true
      }
    }
  }

  /// Whose file it is.
  enum Place: String, CaseIterable {
    case store = "state"
    case log, spool

    fileprivate init?(_ path: UnsafePointer<CChar>) {
      let path = String(cString: path) + "/"
      guard let place = Self.allCases.first(where: { path.contains("/\($0.rawValue)/") }) else { return nil }
      self = place
    }
  }

  /// The process is dead: nothing has an effect any more, and it is told that all went well.
  var isDead = false
  /// A death at an effect of a kind, after so many that still take place; of the last write a part may.
  var aim: (target: Target, countdown: Int, isTorn: Bool, fire: () -> Void)?
  /// Called once, at the next effect of a kind that takes place.
  var onNext: (target: Target, call: () -> Void)?
  var isFull = false
  /// As Linux makes it at a damage: nothing changes any more. What was open stays open.
  var isReadOnly = false
  /// Where the trouble is, because each may have a file system of its own; nil: everywhere.
  var place: Place?
  /// The chances that an effect fails, 0 to 1. That of a short write holds everywhere and from the first day to `calm`, the
  /// others for a while and at `place`.
  var syncError = 0.0
  var writeError = 0.0
  var readError = 0.0
  /// Of making, removing and changing a name.
  var nameError = 0.0
  var shortWrite = 0.0
  var noDescriptor = 0.0
  /// The last descriptor is often taken when a file whose name ends so is to be opened.
  var noDescriptorFor: (ending: String, chance: Double)?
  /// What happened, by call and path's kind: shows what a run has reached.
  private(set) var counts: [String: Int] = [:]
  private var draw: Draw

  init(seed: UInt64) { draw = Draw(seed: seed, for: "disk") }

  /// Whether an effect may fail with an error now.
  var isFailing: Bool {
    isFull || isReadOnly || syncError + writeError + readError + nameError + noDescriptor > 0 || noDescriptorFor != nil
  }

  func calm() {
    (isFull, isReadOnly, syncError, writeError) = (false, false, 0, 0)
    (readError, nameError, shortWrite, noDescriptor) = (0, 0, 0, 0)
    (aim, onNext, noDescriptorFor) = (nil, nil, nil)
  }

  func random() -> UInt64 { draw.next() }

  /// Gets each effect and its fate; nil: nobody asks.
  var tell: ((String) -> Void)?

  func judge(_ effect: disk_effect) -> disk_verdict {
    let verdict = fate(of: effect)
    tell?(
      "  disk: call \(effect.call.rawValue) \(String(cString: effect.path)) "
        + "\(effect.target.map { String(cString: $0) } ?? "") at \(effect.offset), \(effect.size) bytes: "
        + "fate \(verdict.fate.rawValue) \(verdict.error)")
    return verdict
  }

  private func fate(of effect: disk_effect) -> disk_verdict {
    if isDead { return disk_verdict(fate: disk_lost, error: 0, count: 0) }
    let isEffect = effect.call != disk_open && effect.call != disk_read
    if let aim, isEffect {
      let path = String(cString: effect.path)
      if aim.target.includes(effect, path) {
        if aim.countdown == 0 {
          self.aim = nil
          isDead = true
          aim.fire()
          guard aim.isTorn, effect.call == disk_write, effect.size > 1 else {
            count("death", effect)
            return disk_verdict(fate: disk_lost, error: 0, count: 0)
          }
          count("torn write", effect)
          return disk_verdict(fate: disk_torn, error: 0, count: .random(in: 1..<effect.size, using: &draw))
        }
        self.aim?.countdown -= 1
      }
    }
    if let error = error(of: effect) {
      count(Self.name(of: error, effect), effect)
      return disk_verdict(fate: disk_fails, error: error, count: 0)
    }
    if effect.call == disk_write, effect.size > 1, shortWrite > 0, draw.chance(shortWrite) {
      count("short write", effect)
      return disk_verdict(fate: disk_partly, error: 0, count: .random(in: 1..<effect.size, using: &draw))
    }
    if let onNext, isEffect, onNext.target.includes(effect, String(cString: effect.path)) {
      self.onNext = nil
      onNext.call()
    }
    return disk_verdict(fate: disk_passes, error: 0, count: 0)
  }

  private func count(_ what: String, _ effect: disk_effect) {
    if let place = Place(effect.path) { counts["\(place) \(what)", default: 0] += 1 }
  }

  private static func name(of error: Int32, _ effect: disk_effect) -> String {
    switch error {
    case ENOSPC: "ENOSPC"
    case EMFILE: "EMFILE"
    case EROFS: "EROFS"
    default:
      switch effect.call {
      case disk_write, disk_truncate: "EIO write"
      case disk_read: "EIO read"
      case disk_sync, disk_sync_directory: "EIO sync"
      default: "EIO name"
      }
    }
  }

  private func lacksDescriptor(_ effect: disk_effect) -> Bool {
    if let (ending, chance) = noDescriptorFor, String(cString: effect.path).hasSuffix(ending) {
      return draw.chance(chance)
    }
    return noDescriptor > 0 && draw.chance(noDescriptor)
  }

  private func error(of effect: disk_effect) -> Int32? {
    if !isFailing || place != nil && place != Place(effect.path) { return nil }
    let changesNothing = [disk_open, disk_read, disk_sync, disk_sync_directory].contains(effect.call)
    if isReadOnly, effect.writes || !changesNothing { return EROFS }
    switch effect.call {
    case disk_open: return lacksDescriptor(effect) ? EMFILE : nil
    case disk_read: return readError > 0 && draw.chance(readError) ? EIO : nil
    case disk_write, disk_truncate:
      if isFull, effect.grows { return ENOSPC }
      return writeError > 0 && draw.chance(writeError) ? EIO : nil
    case disk_sync, disk_sync_directory: return syncError > 0 && draw.chance(syncError) ? EIO : nil
    case disk_create, disk_make_directory:
      if isFull { return ENOSPC }
      if nameError > 0, draw.chance(nameError) { return EIO }
      return lacksDescriptor(effect) ? EMFILE : nil
    default: return nameError > 0 && draw.chance(nameError) ? EIO : nil
    }
  }
}

/// The disk below one directory, from `begin` to `end`.
enum Disk {
  static func begin(_ directory: String, _ faults: DiskFaults, _ time: VirtualTime) {
    let context = Unmanaged.passRetained(Context(faults, time)).toOpaque()
    let hooks = disk_hooks(
      judge: { effect, context in
        guard let effect, let context else { return disk_verdict(fate: disk_passes, error: 0, count: 0) }
        return Context.of(context).faults.judge(effect.pointee)
      },
      random: { context in context.map { Context.of($0).faults.random() } ?? 0 },
      now: { context in context.map { Context.of($0).time.moment.wall.milliseconds * 1_000_000 } ?? 0 },
      uptime: { context in context.map { Context.of($0).time.now.nanoseconds } ?? 0 },
      context: context)
    disk_mount(directory, hooks)
    isMounted = true
  }

  private nonisolated(unsafe) static var isMounted = false

  /// The files stay as they are.
  static func end() {
    if isMounted { disk_unmount() }
    isMounted = false
  }

  private final class Context {
    let faults: DiskFaults
    let time: VirtualTime

    init(_ faults: DiskFaults, _ time: VirtualTime) { (self.faults, self.time) = (faults, time) }

    static func of(_ pointer: UnsafeMutableRawPointer) -> Context {
      Unmanaged<Context>.fromOpaque(pointer).takeUnretainedValue()
    }
  }

  /// Nil: it cannot be read.
  static func content(of path: String) -> Data? { exempt { FileManager.default.contents(atPath: path) } }

  /// Empty for a directory that is not there.
  static func names(in directory: String) -> Set<String> {
    exempt {
      guard FileManager.default.fileExists(atPath: directory) else { return [] }
      return require { Set(try FileManager.default.contentsOfDirectory(atPath: directory)) }
    }
  }

  /// All names below a directory, in order; SQLite's shared memory is no file.
  static func allNames(in directory: String) -> [String] {
    exempt {
      let names = FileManager.default.enumerator(atPath: directory)?.compactMap { $0 as? String } ?? []
      return names.filter { !$0.hasSuffix("-shm") }.sorted()
    }
  }

  /// Of all files below a directory, by name and content.
  static func digest(of directory: String) -> UInt64 {
    exempt {
      var hash = StableHash()
      for name in allNames(in: directory) {
        hash.combine(name.utf8)
        if let content = FileManager.default.contents(atPath: "\(directory)/\(name)") { hash.combine(content) }
      }
      return hash.value
    }
  }

  /// Does something that is not the daemon's: no fault meets it, and a power cut may undo it.
  static func exempt<Value>(_ work: () throws -> Value) rethrows -> Value {
    let before = disk_exempt(true)
    defer { _ = disk_exempt(before) }
    return try work()
  }
}

/// Work of the simulation itself. Where it fails the run proves nothing: the program says why, and ends.
func require<Value>(_ work: () throws -> Value) -> Value {
  do {
    return try work()
  } catch {
    print("the simulation cannot do its own work: \(error)")
    exit(EX_SOFTWARE)
  }
}

/// Throws what errno says, where a call of libc has failed.
func succeeded(_ isDone: Bool) throws {
  if !isDone { throw POSIXError(POSIXErrorCode(rawValue: errno) ?? .EIO) }
}
