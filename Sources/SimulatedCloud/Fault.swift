/// What goes wrong with a service's answers while the fault is set.
package enum Fault: Sendable {
  // Answered in front of the gateway: no signature is checked, no quota is used.

  /// 503 with a JSON error.
  case unavailable
  /// An HTML page: 200 for a captive portal, 502 for a proxy without its backend.
  case page(status: Int)
  /// 302 to another host.
  case redirect
  /// 200 with bytes that are neither JSON nor text.
  case garbage
  /// 404 `APIGW.0101`: nothing is published under this path.
  case unpublished
  /// Any other answer.
  case instead(Reply)

  // Answered by the service, to calls that were authenticated and are within the quota.

  /// 403 `Pdp.0001`.
  case forbidden
  /// 202 `Common.0024`: throttled by the service, with a status of success.
  case flowLimited
  /// Every job is unknown.
  case absence
  /// The record of another job.
  case otherJob

  /// The answer is the right one, but this becomes of it on its way.
  case delivery(Reply.Delivery)

  package static let reset = Fault.delivery(.reset)
  package static let hang = Fault.delivery(.hang)
  package static let truncated = Fault.delivery(.truncated)
}

/// A fault that is set, and for how many more calls.
struct ArmedFault: Sendable {
  var fault: Fault
  /// Nil: until cleared.
  var remaining: Int?
}
