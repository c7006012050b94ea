import JobWatchCore

/// Messages are delivered at least once, always under one id, in the order of a job's events, and as soon as the
/// receiver takes them; or they are given up after all attempts.
struct Told: Promise {
  /// By channel and number: the ids of the events whose message was seen waiting.
  private var waited: [String: [Int64: String]] = [:]

  /// How much of the journal was read, and the events in it.
  private var journalSize = 0
  private var written: Set<Int64> = []

  mutating func judge(_ rows: Rows, of world: World, isEnd: Bool) -> [Violation] {
    let events = Dictionary(uniqueKeysWithValues: rows.events.map { ($0.seq, $0) })
    let ids = Dictionary(rows.events.map { ($0.id, $0) }) { first, _ in first }
    let messages = Dictionary(grouping: rows.messages, by: \.channel)
    var violations: [Violation] = []
    for receiver in world.receivers {
      let own = messages[receiver.channel] ?? []
      violations += received(receiver, ids, world)
      if receiver.hasBeenWell(for: .hours(3)),
        world.circumstances.hasBeenWell(for: .hours(2), but: "cloud")
      {
        violations += late(receiver, ids, world)
      }
      violations += marked(receiver, own, events, world)
      violations += order(receiver, own, ids, world)
      violations += waiting(receiver, own, world, isEnd) + silent(receiver, rows, world)
      // Where old rows go within hours, a clock that is set ahead lets a message be given up and go between two looks.
      if world.restoredSeq == nil, world.setup.keep > .days(30) || !world.circumstances.hasHad(.clock) {
        violations += vanished(receiver, own, events)
      }
      // A clock that was set makes them due by its own reckoning.
      if !world.circumstances.hasHad(.clock) {
        violations +=
          receiver.early.map {
            Violation("TOLD", "\(receiver.channel) got \($0) before the time that it asked for")
          } + recovered(receiver, own, rows.events)
      }
    }
    violations += journal(messages["journal"] ?? [], world)
    let isWell =
      isEnd
      || world.circumstances.hasBeenWell(for: .minutes(15), but: "cloud")
        && world.circumstances.wasConfigured("journal", for: .minutes(15))
    let latest = world.time.moment.wall - (isEnd ? .zero : .minutes(15))
    for message in messages["journal"] ?? [] where isWell && message.state == "waiting" && message.eventAt <= latest {
      violations.append(
        Violation("TOLD", "event \(message.seq) still waits for the journal: \(message.lastError ?? "")"))
    }
    return violations
  }

  private func received(_ receiver: Receiver, _ ids: [String: Rows.Event], _ world: World) -> [Violation] {
    var bodies: [String: [UInt8]] = [:]
    for delivery in receiver.deliveries {
      if let objection = delivery.objection { return [Violation("SIGNED", "\(receiver.channel): \(objection)")] }
      if ids[delivery.id] == nil, world.restoredSeq == nil, world.setup.keep > .days(30) {
        return [Violation("ONE-ID", "\(receiver.channel) got \(delivery.id), which is no event")]
      }
      if let body = bodies[delivery.id], body != delivery.body {
        return [Violation("ONE-ID", "\(receiver.channel) got two bodies under \(delivery.id)")]
      }
      if world.troubles.isEmpty, bodies[delivery.id] != nil {
        return [Violation("ONE-ID", "\(receiver.channel) got \(delivery.id) twice, and nothing was wrong")]
      }
      if let event = ids[delivery.id], !isWhole(delivery.body, event) {
        return [Violation("TOLD", "\(receiver.channel) got other content than that of event \(event.seq)")]
      }
      bodies[delivery.id] = delivery.body
    }
    return []
  }

  /// As format `standard` says; what is long is shortened.
  private func isWhole(_ body: [UInt8], _ event: Rows.Event) -> Bool {
    let time = event.at
    let whole = Array(#"{"type":"\#(event.kind)","timestamp":"\#(time)","data":\#(event.data)}"#.utf8)
    return body == whole || whole.count > 19_999
  }

  /// While nothing is in the way for two hours, what comes to light is told at once.
  private func late(_ receiver: Receiver, _ ids: [String: Rows.Event], _ world: World) -> [Violation] {
    receiver.deliveries.reversed().prefix { $0.at > world.time.now - .hours(2) }.compactMap { delivery in
      guard let event = ids[delivery.id] else { return nil }
      let at = world.time.when(event.at)
      guard at > world.time.now - .hours(2), delivery.at - at > .seconds(20) else { return nil }
      return Violation("TOLD", "event \(event.seq) came to \(receiver.channel) after \((delivery.at - at).spoken)")
    }
  }

  private func marked(
    _ receiver: Receiver, _ messages: [Rows.Message], _ events: [Int64: Rows.Event], _ world: World
  ) -> [Violation] {
    // After all delays, each a fifth shorter at most.
    let (delays, oldest) = (world.setup.delays, world.time.moment.wall - world.setup.keep)
    let earliest = world.time.moment.wall - delays.reduce(.zero, +).scaled(by: 0.79)
    let accepted = Set(receiver.deliveries.lazy.filter(\.isAccepted).map(\.id))
    let losses = Set(
      events.values.lazy.filter { $0.kind == "channel.failing" && $0.content.channel == receiver.channel }
        .compactMap { $0.content.summary?.firstMatch(of: /\((seq \d+)\)/)?.output.1 })
    return messages.compactMap { message in
      guard let event = events[message.seq] else { return nil }
      switch message.state {
      case "delivered" where !accepted.contains(event.id):
        return Violation(
          "TOLD", "event \(message.seq) is marked as delivered to \(receiver.channel), which never took it")
      case "given_up"
      where message.eventAt > earliest && !receiver.declined.contains(event.id) && !world.circumstances.hasHad(.clock):
        return Violation("TOLD", "event \(message.seq) for \(receiver.channel) was given up too soon")
      case "given_up" where message.attempts < (receiver.declined.contains(event.id) ? 3 : delays.count):
        return Violation(
          "TOLD", "event \(message.seq) for \(receiver.channel) was given up after \(message.attempts) attempts")
      case "given_up"
      where event.kind != "channel.failing" && !losses.contains("seq \(message.seq)")
        && !world.circumstances.mayBePruned(at: message.eventAt, before: oldest):
        return Violation("TOLD", "event \(message.seq) for \(receiver.channel) was given up, and no event says so")
      default:
        guard message.attempts > message.recorded else { return nil }
        let what = "has \(message.attempts) attempts, and \(message.recorded) are on record"
        return Violation("TOLD", "event \(message.seq) for \(receiver.channel) \(what)")
      }
    }
  }

  /// A message stays on record until it is delivered or given up.
  private mutating func vanished(
    _ receiver: Receiver, _ messages: [Rows.Message], _ events: [Int64: Rows.Event]
  ) -> [Violation] {
    let present = Set(messages.map(\.seq))
    let gone = waited[receiver.channel, default: [:]].filter { !present.contains($0.key) }
    let waiting = messages.filter { $0.state == "waiting" }.map(\.seq)
    waited[receiver.channel] = Dictionary(uniqueKeysWithValues: waiting.map { ($0, events[$0]?.id ?? "") })
    // One that is refused may be given up and deleted between two looks.
    let over = receiver.declined.union(receiver.deliveries.lazy.filter(\.isAccepted).map(\.id))
    guard let (seq, _) = gone.first(where: { !over.contains($0.value) }) else { return [] }
    return [Violation("TOLD", "event \(seq) for \(receiver.channel) was deleted while it waited")]
  }

  private func order(
    _ receiver: Receiver, _ messages: [Rows.Message], _ ids: [String: Rows.Event], _ world: World
  ) -> [Violation] {
    let givenUp = Set(messages.filter { $0.state == "given_up" }.map(\.seq))
    var last: [Int64: Int64] = [:]
    var seen: Set<String> = []
    for delivery in receiver.deliveries where delivery.isAccepted && seen.insert(delivery.id).inserted {
      // A message that was given up may wait again in a backup.
      guard delivery.at >= world.restoredAt else { continue }
      guard let event = ids[delivery.id], let job = event.job, !givenUp.contains(event.seq) else { continue }
      if let before = last[job], before > event.seq {
        return [Violation("ORDER", "\(receiver.channel) took event \(event.seq) behind \(before) of the same job")]
      }
      last[job] = event.seq
    }
    return []
  }

  /// Nothing waits longer than its delay, and nothing waits once the receiver is well.
  private func waiting(_ receiver: Receiver, _ messages: [Rows.Message], _ world: World, _ isEnd: Bool) -> [Violation] {
    let now = world.time.moment.wall
    let isWell =
      receiver.hasBeenWell(for: .minutes(15))
      && world.circumstances.hasBeenWell(for: .minutes(15), but: "cloud")
    // Messages of one job go in order.
    var dueOfJob: [Int64: Timestamp] = [:]
    return messages.filter { $0.state == "waiting" }.sorted { $0.seq < $1.seq }.compactMap { message in
      let due = max(message.due, message.job.flatMap { dueOfJob[$0] } ?? message.due)
      if let job = message.job { dueOfJob[job] = due }
      if isEnd {
        return Violation("TOLD", "event \(message.seq) still waits for \(receiver.channel): \(message.lastError ?? "")")
      }
      // The receiver may ask for ten minutes, and a channel in trouble is tried every ten.
      let longest =
        world.setup.delays[min(message.attempts, world.setup.delays.count - 1)].scaled(by: 1.2) + .minutes(13)
      if message.due - now > longest, receiver.hasBeenKnown(for: .minutes(5)),
        world.circumstances.hasBeenWell(for: .minutes(5), but: "cloud")
      {
        return Violation(
          "TOLD", "event \(message.seq) waits for \((message.due - now).spoken) after \(message.attempts) attempts")
      }
      // A channel that works again is found out by its probes, whatever its messages wait for; one that fails alone waits.
      let isLong =
        (message.attempts < 7 || world.troubles.share(.receiverFailure) == 0) && !world.circumstances.hasHad(.clock)
        && !receiver.declined.contains(message.event)
        && now - message.eventAt > .hours(3)
        && receiver.hasBeenWell(for: .hours(3)) && world.circumstances.hasBeenWell(for: .hours(3), but: "cloud")
      if isWell, isLong || now - max(message.eventAt, due) > .minutes(15) {
        return Violation("TOLD", "\(receiver.channel) is well, and event \(message.seq) waits until \(message.due)")
      }
      return nil
    }
  }

  /// A receiver that has taken nothing for hours is said to be in trouble.
  private func silent(_ receiver: Receiver, _ rows: Rows, _ world: World) -> [Violation] {
    guard let first = receiver.failures.first, let last = receiver.failures.last, receiver.failures.count > 8,
      receiver.hasBeenKnown(for: world.time.now - first), !world.circumstances.hasHad(.clock),
      world.restoredSeq == nil, world.circumstances.longestClearSpan(first, last, host: nil) > .minutes(100),
      !rows.conditions.contains(where: { $0.subject == "channel/\(receiver.channel)" && $0.until == nil })
    else { return [] }
    return [Violation("TOLD", "\(receiver.channel) has taken nothing since \(VirtualTime.start + first), untold")]
  }

  /// The first success after a trouble makes all due that waits, but for what the receiver refused or put off.
  private func recovered(_ receiver: Receiver, _ messages: [Rows.Message], _ events: [Rows.Event]) -> [Violation] {
    let ends = events.filter { $0.kind == "channel.recovered" && $0.content.channel == receiver.channel }
    return messages.filter { $0.state == "waiting" }.compactMap { message in
      let since = ends.filter { $0.seq > message.seq }
      let wanted = receiver.putOff[message.event].map { VirtualTime.start + $0 }
      // An attempt that was under way then may have failed since.
      guard since.count == 1, let end = since.first, let tried = message.tried, tried < end.at - .minutes(1),
        message.due > max(end.at, wanted ?? end.at) + .seconds(5), !receiver.declined.contains(message.event)
      else { return nil }
      return Violation("TOLD", "\(receiver.channel) works again, and event \(message.seq) waits until \(message.due)")
    }
  }

  /// What is marked as delivered to the journal is there.
  private mutating func journal(_ messages: [Rows.Message], _ world: World) -> [Violation] {
    let fresh = world.machine.journal.dropFirst(journalSize)
    journalSize += fresh.count
    for line in fresh.split(separator: UInt8(ascii: "\n")) {
      let text = String(decoding: line, as: UTF8.self)
      if let number = text.firstMatch(of: /"seq":"?(\d+)/)?.output.1 { written.insert(Int64(number) ?? 0) }
    }
    return messages.filter {
      $0.state == "delivered" && !written.contains($0.seq) && !world.circumstances.isInherited($0.seq)
    }.map {
      Violation("TOLD", "event \($0.seq) is marked as delivered to the journal, and is not in it")
    }
  }
}
