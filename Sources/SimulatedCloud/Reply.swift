/// An HTTP answer, and how it reaches the client.
package struct Reply: Sendable {
  /// The fate of an answer on its way. All but `whole` and `late` leave the client with a broken exchange.
  package enum Delivery: Hashable, Sendable {
    case whole
    /// Half of the body under a `Content-Length` for all of it, then the connection closes.
    case truncated
    /// No byte, and the connection is reset (TCP RST).
    case reset
    /// No byte; the connection stays open until the client gives up or the server stops.
    case hang
    /// Whole, after this much real time.
    case late(Duration)
  }

  package var status: Int
  package var headers: [(name: String, value: String)]
  package var body: [UInt8]
  /// The error code that the body carries, for the log of calls.
  package var code: String?
  package var delivery: Delivery

  package init(
    status: Int, headers: [(name: String, value: String)] = [], body: [UInt8] = [],
    code: String? = nil, delivery: Delivery = .whole
  ) {
    self.status = status
    self.headers = headers
    self.body = body
    self.code = code
    self.delivery = delivery
  }

  /// An empty answer, with a `Retry-After` in whole seconds if given.
  package static func status(_ status: Int, retryAfter: Int? = nil) -> Reply {
    Reply(
      status: status, headers: retryAfter.map { [("Retry-After", String($0))] } ?? [])
  }

  package static let reset = Reply(status: 200, delivery: .reset)
  package static let hang = Reply(status: 200, delivery: .hang)

  /// The status that reached the client; nil for none.
  package var visibleStatus: Int? {
    switch delivery {
    case .reset, .hang: nil
    case .whole, .truncated, .late: status
    }
  }

  static func json(status: Int, code: String? = nil, _ body: JSONText) -> Reply {
    Reply(
      status: status, headers: [("Content-Type", "application/json;charset=UTF-8")],
      body: Array(body.text.utf8), code: code)
  }

  /// For `X-Request-Id`: 32 hexadecimal digits, at random.
  static func randomID() -> String {
    let digits = String(UInt128.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }

  static func html(status: Int, _ body: String) -> Reply {
    Reply(status: status, headers: [("Content-Type", "text/html")], body: Array(body.utf8))
  }
}
