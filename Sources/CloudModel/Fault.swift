/// A disturbance of a service's answers, while it is set.
package enum Fault: Sendable {
  // Answered in front of the gateway: no signature is checked, no quota is used.

  /// 503 with a JSON error.
  case unavailable
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

  /// The answer is the right one, but it is disturbed on its way.
  case delivery(Reply.Delivery)

  package static let reset = Fault.delivery(.reset)
  package static let hang = Fault.delivery(.hang)
  package static let truncated = Fault.delivery(.truncated)

  /// 302 to another host.
  package static let redirect = Fault.instead(
    Reply(status: 302, headers: [("Location", "https://login.example/?next=job")]))
  /// 200 with bytes that are neither JSON nor text.
  package static let garbage = Fault.instead(
    Reply(status: 200, body: [0xff, 0xfe, 0x00, 0x7b, 0x22, 0xc3, 0x28, 0x0a]))

  /// An HTML page: 200 for a captive portal, 502 for a proxy without its backend.
  package static func page(status: Int) -> Fault {
    let page = "<!DOCTYPE html><html><head><title>\(status)</title></head><body>Please wait.</body></html>"
    return .instead(Reply(status: status, headers: [("Content-Type", "text/html")], body: Array(page.utf8)))
  }
}

/// A fault that is set, and for how many more calls.
package struct ArmedFault: Sendable {
  var fault: Fault
  /// Nil: until cleared.
  var remaining: Int?

  package init(fault: Fault, remaining: Int? = nil) { (self.fault, self.remaining) = (fault, remaining) }

  /// The fault of the next call, which it counts.
  static func next(_ armed: inout ArmedFault?) -> Fault? {
    defer {
      if let remaining = armed?.remaining { armed?.remaining = remaining - 1 }
      if armed?.remaining == 0 { armed = nil }
    }
    return armed?.fault
  }
}
