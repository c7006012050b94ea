import CloudAPI
import Foundation
import Testing

@testable import JobWatchDaemon

@Suite struct `A webhook's secret` {
  private func headers(_ secret: String) throws -> [String: String] {
    let signer = try StandardWebhooks(secret: Secret(secret))
    return Dictionary(uniqueKeysWithValues: signer.headers(id: "msg_1", timestamp: 1, body: [65]))
  }

  @Test(
    "is the same key in each of its forms",
    arguments: [
      "whsec_/+/v7+/v/v//7//7//v/+//v7+8=", "whsec_/+/v7+/v/v//7//7//v/+//v7+8",
    ])
  func same(_ secret: String) throws {
    let whole = try headers("whsec_/+/v7+/v/v//7//7//v/+//v7+8=")
    #expect(try headers(secret) == whole)
    #expect(try headers("/+/v7+/v/v//7//7//v/+//v7+8=") != whole, "without the mark it is a text")
  }

  @Test(
    "that receivers would read otherwise is refused, with the cure",
    arguments: [
      ("whsec__-_v7-_v_v__7__7__v_-__v7-8=", "URL-safe alphabet: write + for - and / for _"),
      ("whsec__-_v7-_v_v__7__7__v_-__v7-8", "URL-safe alphabet: write + for - and / for _"),
      ("whsec__-_v7-_v_v__7__7__v_-__v7-88w", "a character too many: write + for -"),
      ("whsec_", "not base64"), ("whsec_a", "not base64"), ("whsec_====", "not base64"),
      ("whsec_aGF\nzaA==", "one line"), ("whsec_aGFzaA== ", "not base64"),
      ("whsec_hä", "not base64"),
    ])
  func refused(_ secret: String, _ words: String) {
    let error = #expect(throws: SecretError.self) { try headers(secret) }
    let text = error?.message ?? ""
    #expect(text.hasPrefix("begins with whsec_ but ") && text.contains(words), "\(text)")
    #expect(!text.contains(secret.dropFirst(6).prefix(4)) || secret.count < 10)
  }
}
