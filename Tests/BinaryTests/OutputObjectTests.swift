import JobWatchCore
import Testing

@testable import jobwatch

@Suite struct `The JSON of commands` {
  @Test func `has the names that are written, in order, and no member without a value`() throws {
    let (none, some): (String?, String?) = (nil, "x")
    let object: OutputObject = [
      "p50_seconds": 1.5, "job_id": some, "absent": none, "none": Timestamp?.none,
      "nested": ["webhook_id": 1, "nothing": none] as OutputObject,
    ]
    #expect(try OutputText.line(object) == #"{"job_id":"x","nested":{"webhook_id":1},"p50_seconds":1.5}"#)
  }

  @Test func `leaves alone what people named`() throws {
    let object: OutputObject = ["labels": ["teamName": "web"], "list": [OutputObject]()]
    #expect(try OutputText.line(object) == #"{"labels":{"teamName":"web"},"list":[]}"#)
  }

  @Test(arguments: [(1.23456, 1.235), (2, 2), (.infinity, nil)] as [(Double, Double?)])
  func `has numbers of three digits after the point, and no infinity`(_ number: Double, _ expected: Double?) {
    #expect(number.finite == expected)
  }
}
