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
    Reply(status: status, headers: retryAfter.map { [("Retry-After", String($0))] } ?? [])
  }

  package static let reset = Reply(status: 200, delivery: .reset)
  package static let hang = Reply(status: 200, delivery: .hang)

  /// The status that reached the client; nil for none.
  package var visibleStatus: Int? { delivery == .reset || delivery == .hang ? nil : status }

  static func json(status: Int, code: String? = nil, _ body: OrderedJSON) -> Reply {
    Reply(
      status: status, headers: [("Content-Type", "application/json;charset=UTF-8")],
      body: Array(body.text.utf8), code: code)
  }

  /// For `X-Request-Id`: 32 hexadecimal digits, at random.
  static func randomID() -> String {
    let digits = String(UInt128.random(in: .min ... .max), radix: 16)
    return String(repeating: "0", count: 32 - digits.count) + digits
  }
}

/// JSON with its members in the order written: a body looks as the cloud sends it, and `null` differs from a missing
/// member, which is nil here.
struct OrderedJSON: Sendable, ExpressibleByDictionaryLiteral {
  let text: String

  private init(_ text: String) { self.text = text }

  init(dictionaryLiteral members: (String, OrderedJSON?)...) { self = .object(members) }

  static func string(_ string: String) -> OrderedJSON { OrderedJSON(quote(string)) }

  static func number(_ number: Int) -> OrderedJSON { OrderedJSON(String(number)) }

  static func optional(_ text: String?) -> OrderedJSON { OrderedJSON(text.map(quote) ?? "null") }

  static func array(_ elements: [OrderedJSON]) -> OrderedJSON {
    OrderedJSON("[" + elements.map(\.text).joined(separator: ",") + "]")
  }

  static func object(_ members: [(String, OrderedJSON?)]) -> OrderedJSON {
    let present = members.compactMap { name, value in value.map { quote(name) + ":" + $0.text } }
    return OrderedJSON("{" + present.joined(separator: ",") + "}")
  }

  private static func quote(_ string: String) -> String {
    if string.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x22 && $0 != 0x5c }) { return "\"\(string)\"" }
    let scalars = string.unicodeScalars.map { scalar in
      switch scalar {
      case "\"", "\\": "\\\(scalar)"
      case "\0"..<" ": "\\u" + String(scalar.value + 0x1_0000, radix: 16).dropFirst()
      default: String(scalar)
      }
    }
    return "\"" + scalars.joined() + "\""
  }
}
