import JobWatchCore
import Testing

@Suite struct `A job without a usable answer` {
  private func told(_ answers: [Observation], _ state: JobState = .registered, alone: Bool = true) -> [EventDraft] {
    var (job, told, context) = (Job.sample(state), [EventDraft](), PollContext.ecs)
    context.failsAlone = alone
    for (number, answer) in answers.enumerated() {
      context.failuresBefore = number
      let decision = job.observe(answer, at: .start + .seconds(15 * number), under: context)
      #expect(decision.transition == nil && decision.job.state == state)
      #expect(decision.next != .never)
      (job, told) = (decision.job, told + decision.events)
    }
    return told
  }

  static let error = APIError(code: "Pdp.0001", message: "no")
  static let answers: [(Observation, String?, String)] = [
    (
      .busy("DBS.200011: The job does not exist"), "DBS.200011",
      "DBS.200011: The job does not exist"
    ),
    (.forbidden(error), "Pdp.0001", "Pdp.0001: no"),
    (.misconfigured(error), "Pdp.0001", "Pdp.0001: no"),
    (.unreachable("HTTP 500, X.1: oh"), nil, "HTTP 500, X.1: oh"),
    (.garbled("HTTP 404 with an HTML page"), nil, "HTTP 404 with an HTML page"),
  ]

  @Test(
    "is told once, after some tries, with the code", arguments: answers,
    [JobState.registered, .running])
  func once(_ answer: (Observation, String?, String), _ state: JobState) {
    let (observation, code, cause) = answer
    #expect(told(Array(repeating: observation, count: 8), state).isEmpty)
    let events = told(Array(repeating: observation, count: 200), state)
    #expect(events.map(\.kind) == [.jobUnrecognised])
    #expect(events.first?.data.errorCode == code && events.first?.data.cause == cause)
    #expect(events.first?.data.cure != nil)
    #expect(events.first?.data.summary.contains(cause) == true)
    #expect(told(Array(repeating: observation, count: 200), state, alone: false).isEmpty)
  }

  @Test func `is told again for another reason, but not without end`() {
    let answers = (0..<400).map { Observation.busy("X.\($0 / 10): request \($0)") }
    #expect(told(answers).count == 16)
  }

  @Test func `is told of no throttle, no refusal, nor of a lost one`() {
    let silent: [Observation] = [
      .throttled(Throttle(code: "Common.0024")), .refused(Self.error),
      .skewed(serverTime: nil, Self.error),
    ]
    for answer in silent { #expect(told(Array(repeating: answer, count: 20)).isEmpty) }
    var context = PollContext.ecs
    (context.failsAlone, context.failuresBefore) = (true, 50)
    #expect(Job.sample(.lost).observe(.busy("X.1: no"), at: .start, under: context).events.isEmpty)
  }
}
