import JobWatchCore

/// What goes wrong, and when. Each seed has its own share of each kind, often none, so that there are quiet seeds and
/// such in which one kind of trouble is dense.
final class Troubles: @unchecked Sendable {
  enum Kind: String, CaseIterable {
    case kill, powerCut, killAtCall, cloud, wrongAnswer, receiver, receiverFailure, diskFull, diskError, shortWrite,
      descriptors
    case clock, suspend, rotate, foreignLine, reload, stop, tokens, key, password, restore, removal, pause, copyTruncate
    case denial, oneService

    /// How often a day.
    var rate: Double {
      switch self {
      case .kill, .powerCut: 10
      case .cloud: 10
      case .receiver: 8
      case .rotate: 4
      case .reload, .stop, .suspend, .pause, .copyTruncate: 2
      case .diskError: 8
      case .diskFull, .descriptors: 5
      case .key: 6
      case .clock, .password, .removal: 4
      case .foreignLine: 3
      case .tokens, .restore: 1
      case .denial: 0.6
      case .oneService: 1.5
      case .killAtCall, .wrongAnswer, .receiverFailure, .shortWrite: 0
      }
    }
  }

  private let world: World
  private var draws: [Kind: Draw]
  /// By kind: how many times as often as usual.
  private let shares: [Kind: Double]
  private(set) var counts: [Kind: Int] = [:]
  private let end: Duration

  init(seed: UInt64, _ world: World, kinds: Set<Kind>, until end: Duration) {
    var draw = Draw(seed: seed, for: "shares")
    (self.world, self.end) = (world, end)
    draws = Dictionary(uniqueKeysWithValues: Kind.allCases.map { ($0, Draw(seed: seed, for: "trouble \($0)")) })
    let isSpared = draw.chance(0.15)
    shares = Dictionary(
      uniqueKeysWithValues: Kind.allCases.map { kind in
        // Many promises say nothing of a world in which the clock was set or a backup put back.
        let choice: [Double] =
          switch kind {
          case .clock: [0, 0, 0, 1, 1, 4]
          case .restore: [0, 0, 0, 0, 1, 4]
          default: [0, 0, 0.25, 1, 1, 4]
          }
        let share = draw.pick(choice)
        return (kind, isSpared || !kinds.contains(kind) ? 0 : share * world.options.often)
      })
  }

  /// Whether this run has no trouble at all.
  var isEmpty: Bool { shares.values.allSatisfy { $0 == 0 } }

  func begin() {
    world.network.killChance = 0.003 * share(.killAtCall)
    world.cloud.wrongAnswerChance = 0.005 * share(.wrongAnswer)
    for receiver in world.receivers { receiver.failureChance = 0.01 * share(.receiverFailure) }
    world.machine.faults.shortWrite = 0.01 * share(.shortWrite)
    world.cloud.oddJobChance = isEmpty ? 0 : 0.01 * world.options.often
    world.machine.announcementLoss = isEmpty ? 0 : 0.01
    for kind in Kind.allCases { schedule(kind) }
    world.time.after(end) { [world] in world.calm() }
  }

  func share(_ kind: Kind) -> Double { shares[kind] ?? 0 }

  private func schedule(_ kind: Kind) {
    let rate = kind.rate * share(kind)
    guard rate > 0, var draw = draws[kind] else { return }
    let wait = draw.exponential(.seconds(86400 / rate))
    draws[kind] = draw
    world.time.after(wait) { [self] in
      guard world.time.now < end else { return }
      counts[kind, default: 0] += 1
      begin(kind)
      schedule(kind)
    }
  }

  private func begin(_ kind: Kind) {
    guard var draw = draws[kind] else { return }
    defer { draws[kind] = draw }
    switch kind {
    case .kill, .powerCut: die(powerCut: kind == .powerCut, &draw)
    case .cloud: disturbCloud(&draw)
    case .receiver:
      guard let receiver = world.receivers.randomElement(using: &draw) else { return }
      let trouble = draw.pick(Receiver.Trouble.allCases)
      let length =
        draw.chance(world.setup.keep < .days(1) ? 0.4 : 0.15)
        ? draw.duration(.hours(10) ... .hours(20))
        : draw.exponential(draw.chance(0.1) ? .hours(2) : .minutes(10))
      world.tell("receiver \(receiver.channel): \(trouble) for \(length.spoken)")
      receiver.set(trouble, for: length)
      // Some take only a part of what waits when they come back.
      guard draw.chance(0.3) else { return }
      let unsteady = draw.exponential(.minutes(10))
      world.time.after(length) { receiver.set(.unsteady, for: unsteady) }
    case .diskFull:
      forAWhile(draw.spread(.seconds(10) ... .hours(1)), "the disk is full", \.isFull, true, false, &draw)
    case .diskError:
      let chance = draw.pick([0.03, 0.3, 1])
      let faults: [(String, ReferenceWritableKeyPath<DiskFaults, Double>, Double)] = [
        ("fsync fails", \.syncError, chance), ("writes fail", \.writeError, chance),
        ("reads fail", \.readError, chance * 0.3), ("names cannot be changed", \.nameError, chance),
      ]
      if draw.chance(0.2) {
        return forAWhile(
          draw.spread(.minutes(1) ... .hours(1)), "the file system is read-only", \.isReadOnly, true, false, &draw)
      }
      let length = draw.spread(.seconds(5) ... .minutes(40))
      // A cut that must undo a failed write fails, too, where both do.
      for (what, fault, often) in draw.chance(0.3) ? Array(faults.prefix(2)) : [draw.pick(faults)] {
        forAWhile(length, what, fault, often, 0, &draw)
      }
    case .descriptors:
      if draw.chance(0.5) { return lackDescriptors(for: draw.pick(["/state", "-shm"]), &draw) }
      forAWhile(draw.spread(.seconds(5) ... .minutes(10)), "no descriptor is free", \.noDescriptor, 0.5, 0, &draw)
    case .clock:
      // By 6 or 22 hours, what was just seen seems about to be deleted.
      let far = draw.chance(0.5) ? draw.duration(.hours(-30) ... .hours(30)) : .hours(draw.pick([-22, -6, 6, 22]))
      let step = draw.chance(0.4) ? draw.duration(.seconds(-600) ... .seconds(600)) : far
      // Most clocks are set right again after a while.
      if draw.chance(0.4) {
        return world.setClock(by: max(step, .zero - step), untilBootAfter: draw.spread(.minutes(1) ... .hours(1)))
      }
      world.setClock(by: step)
      let length = draw.spread(.minutes(1) ... .hours(4))
      // What is known of the cloud's time outlives a reload.
      if draw.chance(0.3) { world.time.after(length * 3 / 4) { [world] in world.administrator.configure() } }
      world.time.after(length) { [self] in
        world.setClock(by: .zero - world.time.clockError)
      }
    case .suspend: world.suspend(for: draw.spread(.minutes(1) ... .hours(14)))
    case .rotate:
      // A rotation is delicate while a crash is near.
      let wait = draw.spread(.milliseconds(10) ... .seconds(10))
      switch draw.number(0...3) {
      case 0: world.log.rotate()
      case 1: world.log.rotateAtNextLine(thenOffAfter: wait)
      case 2:
        // It may stand behind what somebody else has written.
        if share(.foreignLine) > 0, draw.chance(0.5) { world.log.writeForeignLine(&draw) }
        world.log.rotateTornLine(thenOffAfter: wait)
      default:
        world.log.rotate()
        die(powerCut: true, &draw)
      }
    case .foreignLine: world.log.writeForeignLine(&draw)
    case .restore: world.backUp(for: draw.spread(.minutes(10) ... .hours(8)))
    case .password: world.administrator.replacePassword(&draw)
    case .reload: world.administrator.reload(&draw)
    case .removal: world.administrator.remove(&draw)
    case .pause: world.administrator.pause(&draw)
    case .copyTruncate: world.log.copyAndEmpty()
    case .denial: denyMany(&draw)
    case .oneService: refuseAtOne(&draw)
    case .stop: world.machine.stop()
    case .tokens: world.administrator.revokeTokens()
    case .key: world.administrator.replaceKey(&draw)
    case .killAtCall, .wrongAnswer, .receiverFailure, .shortWrite: break
    }
  }

  private func die(powerCut: Bool, _ draw: inout Draw) {
    let downtime =
      draw.chance(0.7)
      ? draw.spread(.milliseconds(200) ... .seconds(5))
      : draw.chance(0.97) ? draw.exponential(.minutes(30)) : draw.duration(.hours(2) ... .hours(20))
    if draw.chance(0.1) {
      world.dieSoonAfter(.rejection, in: draw.spread(.milliseconds(10) ... .seconds(3)), powerCut: powerCut)
    } else if draw.chance(0.2) {
      world.machine.die(powerCut: powerCut, downFor: downtime)
    } else {
      let target = draw.pick(DiskFaults.Target.allCases)
      world.machine.die(
        at: target, after: draw.number(0...4) * draw.number(0...4), torn: draw.chance(0.5), powerCut: powerCut,
        downFor: downtime)
    }
  }

  /// The last descriptor is taken at the worst moment of a start.
  private func lackDescriptors(for ending: String, _ draw: inout Draw) {
    if ending == "-shm" {
      world.machine.die(powerCut: false, downFor: .seconds(1))
    } else {
      world.stopThenCutPower(after: draw.spread(.milliseconds(10) ... .seconds(3)))
    }
    forAWhile(
      draw.spread(.minutes(1) ... .minutes(5)), "…\(ending) cannot be opened", isEverywhere: true, \.noDescriptorFor,
      (ending, ending == "-shm" ? 0.7 : 1), nil, &draw)
  }

  private func disturbCloud(_ draw: inout Draw) {
    let trouble = draw.pick(CloudSide.Trouble.allCases)
    var length = draw.chance(0.1) ? draw.exponential(.hours(2)) : draw.exponential(.minutes(5))
    // A service that has forgotten few jobs is believed after two minutes, and one that has forgotten all after an hour.
    if trouble == .absence { length = min(length, draw.chance(0.7) ? .seconds(100) : .minutes(20)) }
    let hosts = draw.chance(0.3) ? world.cloud.hosts : [draw.pick(world.cloud.hosts)]
    world.disturbCloud(trouble, hosts, for: length)
  }

  /// Many jobs are begun at one service, which denies all of them for a while.
  private func denyMany(_ draw: inout Draw) {
    let first = world.cloud.begin(&draw)
    let jobs = (0..<draw.number(9...25)).map { _ in world.cloud.begin(&draw, beside: first) }
    let length = draw.spread(.minutes(1) ... .minutes(40))
    world.submitters.submit(jobs.map(\.key), after: .seconds(1))
    world.time.after(draw.spread(.minutes(2) ... .minutes(30))) { [world, end] in
      guard world.time.now < end else { return }
      world.disturbCloud(.absence, [first.host], for: length)
      world.time.after(length) { world.oracle.look() }
    }
  }

  /// One of the services that an account has jobs at refuses its key: whether that stops the others shows after some probes.
  private func refuseAtOne(_ draw: inout Draw) {
    let length = draw.duration(.minutes(40) ... .hours(2))
    let busy = world.cloud.hosts.filter { host in
      !world.cloud.openJobs(of: host, from: world.time.now, to: world.time.now + length).isEmpty
    }
    let choices = busy.filter { host in
      busy.contains { $0 != host && $0.hasSuffix(host.drop { $0 != "." }) }
    }
    if !choices.isEmpty { world.disturbCloud(.unauthorized, [draw.pick(choices)], for: length) }
  }

  private func forAWhile<Value>(
    _ length: Duration, _ what: String, isEverywhere: Bool = false,
    _ fault: ReferenceWritableKeyPath<DiskFaults, Value>, _ value: Value, _ none: Value, _ draw: inout Draw
  ) {
    let place = isEverywhere || draw.chance(0.5) ? nil : draw.pick(DiskFaults.Place.allCases)
    let faults = world.machine.faults
    world.tell("\(what) (\(place.map { "\($0)" } ?? "everywhere")) for \(length.spoken)")
    world.disturbed("disk", for: length)
    (faults.place, faults[keyPath: fault]) = (place, value)
    world.time.after(length) { faults[keyPath: fault] = none }
  }
}
