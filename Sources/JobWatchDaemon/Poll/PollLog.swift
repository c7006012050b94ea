import JobWatchCore
import Logging

extension EndpointState.Effects {
  /// Says in the log what an answer showed of the endpoint.
  func report(_ answer: Answer, of call: PollCall, at endpoint: EndpointKey, to log: Logger) {
    for notice in notices {
      switch notice {
      case .isThrottled(let code):
        log.notice(
          "the cloud's quota is used up; calls wait",
          metadata: ["endpoint": "\(endpoint)", "code": "\(code)"])
      case .isLeftAlone(let cause):
        log.warning(
          "an endpoint gives no usable answer and is only probed until it does",
          metadata: ["endpoint": "\(endpoint)", "cause": "\(cause)"])
      case .answersAgain(let time):
        log.notice(
          "an endpoint answers again",
          metadata: ["endpoint": "\(endpoint)", "after": "\(time.spoken)"])
      case .isBusy(let cause):
        log.notice(
          "a service has no answer for a job now",
          metadata: [
            "endpoint": "\(endpoint)", "job": "\(call.question.jobID)", "cause": "\(cause)",
          ])
      }
    }
  }
}
