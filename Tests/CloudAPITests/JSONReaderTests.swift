import Foundation
import Testing

@testable import CloudAPI

@Suite struct `JSON of a stranger` {
  private func read(_ json: String) -> JSONValue? { JSONReader.value(of: Array(json.utf8)) }

  /// As Foundation has it, for a comparison.
  private struct Foreign: Decodable {
    var value: JSONValue

    init(from decoder: any Decoder) throws {
      let single = try decoder.singleValueContainer()
      if single.decodeNil() {
        value = .null
      } else if let truth = try? single.decode(Bool.self) {
        value = .truth(truth)
      } else if let number = try? single.decode(Int64.self) {
        value = .number("\(number)")
      } else if let text = try? single.decode(String.self) {
        value = .string(text)
      } else if let list = try? single.decode([Foreign].self) {
        value = .list(list.map(\.value))
      } else {
        let members = try single.decode([String: Foreign].self)
        value = .object(
          JSONObject(members.sorted { $0.key < $1.key }.map { .init(name: $0.key, value: $0.value.value) }))
      }
    }
  }

  private func sorted(_ value: JSONValue) -> JSONValue {
    switch value {
    case .list(let list): .list(list.map(sorted))
    case .object(let object):
      .object(
        JSONObject(
          object.members.sorted { $0.name < $1.name }
            .map { .init(name: $0.name, value: sorted($0.value)) }))
    default: value
    }
  }

  @Test func `is read as Foundation reads it, if it is whole`() throws {
    let root = try #require(Bundle.module.resourceURL).appending(path: "Vectors/bodies")
    let names = try FileManager.default.contentsOfDirectory(atPath: root.path).filter {
      $0.hasSuffix(".json")
    }
    #expect(names.count > 20)
    for name in names {
      let data = try Data(contentsOf: root.appending(path: name))
      let expected = try JSONDecoder().decode(Foreign.self, from: data).value
      let read = try #require(JSONReader.value(of: Array(data)), "\(name)")
      #expect(sorted(read) == expected, "\(name)")
    }
  }

  @Test(arguments: [
    (#""a\"b\\c\/d\b\f\n\r\té€😀""#, "a\"b\\c/d\u{8}\u{c}\n\r\té€😀"), (#""""#, ""),
    (#""\u0041\u00e9\u20AC\uD83D\uDE00\u0000""#, "Aé€😀\u{0}"), (#""x\\""#, "x\\"),
    (#"  "a"  "#, "a"), (#""\\\"""#, "\\\""),
  ])
  func `has its strings unescaped`(json: String, text: String) { #expect(read(json) == .string(text)) }

  @Test(arguments: ["0", "-0", "12", "-1.5e+10", "1E400", "9007199254740993"])
  func `has its numbers as they were written`(number: String) {
    #expect(read(number) == .number(number))
    #expect(read("[\(number)]") == .list([.number(number)]))
  }

  @Test(arguments: [
    "", " ", "{", "[", "\"", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1]", "[1}", "[1:2]", "{1:2}",
    "{a:1}", "{\"a\" 1}", "{\"a\":\"b}", "[\"a]", "}", "]", "{\"a\":[1}", "{]}",
  ])
  func `is refused if it is not whole`(json: String) {
    let value = read(json)
    #expect(value == nil || value == .null, "\(json)")
    #expect(JSONObject(Array(json.utf8)) == nil)
  }

  @Test func `is bounded in depth and number`() throws {
    let deep = String(repeating: "{\"a\":[", count: 300_000) + String(repeating: "]}", count: 300_000)
    let object = try #require(JSONObject(Array("{\"d\":\(deep),\"e\":\"x\"}".utf8)))
    #expect(object.text("e") == "x")
    #expect(read(String(repeating: "[", count: 1_000_000)) == nil)
    let many = "[" + String(repeating: "1,", count: 500_000) + "1]"
    #expect(read(many)?.list?.count == JSONReader.valueLimit - 1)
    // A spool file has no such bound: a name that stands twice at its end is found.
    let last = many.dropLast(2) + #"{"a":1,"a":2}]"#
    #expect(JSONText.repeatedName(of: ["a"], in: last) == "a")
  }

  @Test func `has of members with one name the last that says something`() {
    let object = JSONObject(Array(#"{"a":1,"a":"x","a":null,"a":"","b":null}"#.utf8))
    #expect(object?.text("a") == "x" && object?["b"] == .null && object?["c"] == nil)
  }

  @Test(arguments: [
    (#"{"a":1}{"b":[2]}"#, [#"{"a":1}"#, #"{"b":[2]}"#]),
    (" {\"a\":\"}\"}\n,\r\n[ \"{\\\"\" ]\t", [#"{"a":"}"}"#, #"[ "{\"" ]"#]),
    (#"{"é":"€"} {"😀":{}}"#, [#"{"é":"€"}"#, #"{"😀":{}}"#]),
    (#"{"a" 1}{]"#, [#"{"a" 1}"#, "{]"]),
    (#"{"a":1}"#, nil), (#"{"a":1}{"b":"#, nil), (#"{"a":1}}"#, nil), (#"{"a":1}x{"b":2}"#, nil),
    (#"{"a":1}"b"{"c":2}"#, nil), ("", nil), ("1 2", nil),
  ])
  func `is told apart where objects and lists stand one behind another`(text: String, documents: [String]?) {
    #expect(JSONText.documents(in: text[...])?.map(String.init) == documents)
  }

  @Test(arguments: [
    (#"{"a":1,"b":2,"a":3}"#, "a"), (#"{"a":1,"b":{"a":2}}"#, nil), (#"[{"a":1},{"a":2}]"#, nil),
    (#"{"c":[{"b":1,"x":{"a":1,"\u0061":2},"b":2}]}"#, "a"), (#"{"x":1,"x":2}"#, nil),
    (#"{"a":"\"a\":1,\"a\":2"}"#, nil), (#"{"a":{"b":1,"b":2},"a":1}"#, "b"),
  ])
  func `tells the first name that one object has twice`(text: String, name: String?) {
    #expect(JSONText.repeatedName(of: ["a", "b"], in: text[...]) == name)
  }
}
