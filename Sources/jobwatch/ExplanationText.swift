import JobWatchCore
import PollPlanning

/// An explanation for people, no wider than the terminal.
struct ExplanationText {
  let explanation: Explanation
  let terminal: Terminal

  private var job: Job { explanation.job }
  private var now: Timestamp { explanation.now }
  private var distribution: DurationDistribution { explanation.type.distribution }

  var lines: [String] {
    let title = "\(job.key.service) job \(job.key.jobID), \(job.jobType ?? "of unknown type")"
    return [terminal.painted("\(title), \(job.state.rawValue)".onOneLine, job.state.colour)]
      + words(explanation.forecast?.sentence) + words(taught)
      + section("Duration", words(known) + words(age) + [""] + plot)
      + section("Price", words(price)) + section("Plan", words(plan) + polls)
      + section("Quota of \(job.key.service) for account \(job.key.account)", words(explanation.quota?.words(at: now)))
  }

  private func section(_ title: String, _ lines: [String]) -> [String] { lines.isEmpty ? [] : ["", title] + lines }

  private func words(_ text: String?) -> [String] { text.map(terminal.indented) ?? [] }

  private var known: String {
    let type = explanation.type
    let counts = "\(counted(type.ended, "job")) ended, \(type.running) running"
    let quantiles = [(0.5, "Half end by"), (0.95, "95 % by"), (0.99, "99 % by")]
      .map { share, name in
        let doubt = type.isGuess(share) ? " perhaps" : ""
        return "\(name)\(doubt) \(distribution.quantile(share).spokenAge)"
      }
    let guess = type.isNew ? " So few say little: \(type.priorText) weighs in." : ""
    return "\(type.name): \(counts).\(guess) \(quantiles.joined(separator: ", "))."
  }

  private var age: String? {
    guard let age = explanation.forecast?.age else { return nil }
    let seen = job.firstSeenAt == nil ? "not seen yet" : "last seen at \(job.span.known.spokenAge)"
    return "It is \(age.spokenAge) old, \(seen); \(longer(than: age)) of the jobs of its type take longer "
      + "than it has until now." + stuck
  }

  private var stuck: String {
    if let told = job.notices.stuckAt {
      return told.isAhead(of: now)
        ? " It was told to be stuck." : " It was told to be stuck \((now - told).spoken) ago."
    }
    guard let age = explanation.type.stuckAge, job.paidAt == nil else { return "" }
    return " At \(age.spokenAge) it is told to be stuck."
  }

  private func longer(than age: Double) -> String {
    switch distribution.survival(at: age) {
    case ..<0.01: "less than 1 %"
    case 0.99...: "more than 99 %"
    case let share: "\(Int((100 * share).rounded())) %"
    }
  }

  private var plot: [String] {
    let mark: (age: Double, name: String)? =
      explanation.forecast?.age.map { ($0, "now") }
      ?? explanation.sample?.age.map { ($0, job.state.isConfirmedEnd ? "its end" : "last seen") }
    let plot = DistributionPlot(
      distribution: distribution, polls: explanation.polls.map(\.age), mark: mark, width: terminal.indentedWidth,
      hasBlocks: terminal.hasBlocks)
    let scale = plot.axis.isLogarithmic ? ", on a logarithmic scale" : ""
    let polls = plot.polls.isEmpty ? "" : "; strokes are polls"
    return words("When jobs of its type end, by age\(scale)\(polls):") + plot.lines.map { Terminal.indent + $0 }
  }

  private var price: String? {
    guard let forecast = explanation.forecast, forecast.plan != nil else { return nil }
    let said =
      forecast.context.policies.polling.target.map {
        "what meets polling.target, a mean delay of \($0.seconds.spokenAge)"
      } ?? "polling.price"
    let now = "A call costs as much as \(forecast.price.spokenAge) of delay"
    return forecast.isPriceRaised
      ? "\(now), raised from \(forecast.leastPrice.spokenAge) (\(said)): at that the calls would not fit the quota."
      : "\(now): \(said)."
  }

  private var plan: String? {
    guard let forecast = explanation.forecast else { return nil }
    if let plan = forecast.plan {
      return "A job of this type takes \(plan.calls.tenths) calls, and its end is known "
        + "\(plan.meanLatency.spokenAge) after it, on average."
    }
    return forecast.context.policies.polling.fixed.map {
      "It is polled every \($0.spoken), whatever is known: polling.fixed."
    }
  }

  private var polls: [String] {
    let polls = explanation.polls
    if polls.isEmpty { return [] }
    let rows = polls.map { poll in
      [poll.age.spokenAge, poll.at > now ? "in \((poll.at - now).spoken)" : "now", "\(poll.at)"]
    }
    let fit = TableFit(dropping: ["AT"])
    return [""] + terminal.indented([["AGE", "POLL", "AT"]] + rows, fit)
      + words(
        "Each follows only if the job still runs. All but the first may come up to a tenth of their "
          + "gaps sooner or later, and all move as more is learned.")
  }

  private var taught: String? {
    guard let sample = explanation.sample else { return nil }
    switch sample {
    case .took(let age):
      return "It took \(age.spokenAge) by its record; "
        + "\(longer(than: age)) of the jobs of its type take longer. \(found)"
    case .between(let low, let high):
      return "Its record has no end time: it is taken to have ended between "
        + "\(low.spokenAge) and \(high.spokenAge) after its begin, as jobs of its type do. \(found)"
    case .ran(let age):
      return "Its end was not seen: what was learned is that it ran for \(age.spokenAge), no more."
    case .nothing(let cause):
      return "Nothing was learned from it of how long jobs of its type take: \(cause)."
    }
  }

  private var found: String {
    let calls = counted(explanation.calls, "answer")
    guard let end = job.report?.end?.instant, let known = job.endedAt else { return "It took \(calls)." }
    if known.isAhead(of: now) { return "The clock was ahead when its end became known, by \(calls)." }
    // Two clocks, ours and the cloud's.
    return "Its end was known about \(max(known - end, .zero).spoken) after it, by \(calls)."
  }
}

extension Double {
  /// With one digit after the point.
  var tenths: String {
    let tenths = Int((self * 10).rounded())
    return "\(tenths < 0 ? "-" : "")\(abs(tenths) / 10).\(abs(tenths) % 10)"
  }
}
