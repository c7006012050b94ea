import CloudAPI
import JobWatchCore

/// Reads the sections that tune decisions. Every range is also in `config/jobwatch.yaml`.
extension Configuration {
  mutating func readPolling(_ setting: Setting) {
    let keys = ["floor", "ceiling", "price", "target", "fixed", "stuck_after"]
    guard let section = setting.section(keys) else { return }
    let pace: ClosedRange<Duration> = .milliseconds(100) ... .hours(1)
    set(&polling.floor, section["floor"]?.duration(.milliseconds(100) ... .hours(1)))
    set(&polling.ceiling, section["ceiling"]?.duration(.milliseconds(100) ... .days(1)))
    set(&polling.price, section["price"]?.duration(.milliseconds(10) ... .hours(1)))
    polling.target = section["target"]?.duration(pace)
    polling.fixed = section["fixed"]?.duration(pace)
    polling.stuckAfter = section["stuck_after"]?.durationUnlessOff(.seconds(1) ... .days(365))
    if section["price"] != nil { section["target"]?.fail("takes the place of price: leave one of the two out") }
    if section["price"] != nil || section["target"] != nil {
      section["fixed"]?.fail("leaves nothing to plan at a price or for a target: leave these out")
    }
    if polling.ceiling < polling.floor {
      let (low, high) = (polling.floor.text, polling.ceiling.text)
      setting.fail("ceiling (\(high)) must not be below floor (\(low)): raise ceiling")
    }
  }

  mutating func readServices(_ setting: Setting) {
    let names = CloudService.all.map(\.name)
    guard let section = setting.section(names) else { return }
    for name in names {
      guard let part = section[name]?.section(["retention", "unpaid_retention"]) else { continue }
      var policy = retention[name] ?? RetentionPolicy()
      let window: ClosedRange<Duration> = .seconds(1) ... .days(3650)
      if let value = part["retention"] { policy.finished = value.durationUnlessOff(window) }
      if let value = part["unpaid_retention"] { policy.unpaid = value.durationUnlessOff(window) }
      retention[name] = policy
    }
  }

  mutating func readAbsence(_ setting: Setting) {
    guard let section = setting.section(["answers", "over", "hold"]) else { return }
    set(&absence.answers, section["answers"]?.integer(1...20))
    set(&absence.over, section["over"]?.duration(.zero ... .days(1)))
    set(&absence.massHold, section["hold"]?.duration(.zero ... .days(7)))
  }

  mutating func readExpiry(_ setting: Setting) {
    guard let section = setting.section(["finished", "unpaid", "at_risk"]) else { return }
    func times(_ key: String) -> [Duration]? { section[key]?.durations(0...10, .milliseconds(100) ... .days(365)) }
    expiry = ExpiryPolicy(
      finished: times("finished") ?? expiry.finished, unpaid: times("unpaid") ?? expiry.unpaid,
      atRisk: times("at_risk") ?? expiry.atRisk)
  }

  mutating func readDelivery(_ setting: Setting) {
    guard let section = setting.section(["delays", "timeout", "spread"]) else { return }
    set(&delivery.delays, section["delays"]?.durations(1...20, .zero ... .days(7)))
    set(&delivery.timeout, section["timeout"]?.duration(.milliseconds(100) ... .minutes(5)))
    set(&delivery.spread, section["spread"]?.fraction(0...0.5))
  }

  mutating func readHeartbeat(_ setting: Setting) {
    guard let section = setting.section(["url", "every"]) else { return }
    let url = section.required("url", "what to call, https://…")?.webAddress()
    let every = section["every"]?.duration(.seconds(1) ... .days(1))
    heartbeat = url.map { HeartbeatPolicy(url: $0) }
    if let every { heartbeat?.every = every }
  }

  mutating func readBreaker(_ setting: Setting) {
    let keys = ["failures", "first_probe", "longest_probe", "grace"]
    guard let section = setting.section(keys) else { return }
    let probe: ClosedRange<Duration> = .milliseconds(10) ... .days(1)
    set(&breaker.failures, section["failures"]?.integer(1...100))
    set(&breaker.firstProbe, section["first_probe"]?.duration(probe))
    set(&breaker.longestProbe, section["longest_probe"]?.duration(probe))
    set(&breaker.grace, section["grace"]?.duration(.zero ... .days(1)))
    if breaker.longestProbe < breaker.firstProbe {
      let (first, longest) = (breaker.firstProbe.text, breaker.longestProbe.text)
      setting.fail("longest_probe (\(longest)) must not be below first_probe (\(first))")
    }
  }
}

extension Setting {
  /// Nil for `off` as well.
  fileprivate func durationUnlessOff(_ range: ClosedRange<Duration>) -> Duration? {
    if case .scalar(let scalar) = node, scalar.string == "off" { return nil }
    return duration(range)
  }
}
