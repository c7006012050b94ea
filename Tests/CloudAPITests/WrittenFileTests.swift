import Foundation
import TestSupport
import Testing

@testable import CloudAPI

/// Every kind of file that a person writes and that is read here, as editors save it.
@Suite struct `A file that a person wrote` {
  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  /// A way to save the text of a file.
  struct Saving: Sendable, CustomTestStringConvertible {
    var testDescription: String
    var bytes: @Sendable (String) -> [UInt8]

    static let read = [
      Saving(testDescription: "plain") { Array($0.utf8) },
      Saving(testDescription: "with a mark") { mark + Array($0.utf8) },
      Saving(testDescription: "with CRLF") { Array($0.replacing("\n", with: "\r\n").utf8) },
      Saving(testDescription: "with both") { mark + Array($0.replacing("\n", with: "\r\n").utf8) },
    ]

    static let refused: [(Saving, String)] = [
      (Saving(testDescription: "UTF-16LE") { [0xFF, 0xFE] + low($0) }, "UTF-16"),
      (Saving(testDescription: "UTF-16BE") { [0xFE, 0xFF] + high($0) }, "UTF-16"),
      (Saving(testDescription: "UTF-16LE, no mark") { low($0) }, "UTF-16LE"),
      (Saving(testDescription: "UTF-16BE, no mark") { high($0) }, "UTF-16BE"),
      (Saving(testDescription: "UTF-32LE") { [0xFF, 0xFE, 0, 0] + wide($0) }, "UTF-32"),
    ]

    private static func low(_ text: String) -> [UInt8] {
      text.utf16.flatMap { [UInt8(truncatingIfNeeded: $0), UInt8($0 >> 8)] }
    }

    private static func high(_ text: String) -> [UInt8] {
      text.utf16.flatMap { [UInt8($0 >> 8), UInt8(truncatingIfNeeded: $0)] }
    }

    private static func wide(_ text: String) -> [UInt8] {
      text.unicodeScalars.flatMap { [UInt8(truncatingIfNeeded: $0.value), 0, 0, 0] }
    }
  }

  /// A directory with one file.
  private final class Place {
    private let directory: TemporaryDirectory
    var path: String { directory.path + "/written" }

    init(_ bytes: [UInt8]) throws {
      directory = try TemporaryDirectory()
      try Data(bytes).write(to: URL(fileURLWithPath: path))
    }
  }

  private static let profile = "[basic]\nak = AK\nsk = hush\n"

  @Test("is read, a secret to the byte", arguments: Saving.read)
  func secret(_ saving: Saving) throws {
    for (text, secret) in [("hush\n", "hush"), ("hush", "hush"), ("hü sh\n", "hü sh")] {
      let place = try Place(saving.bytes(text))
      #expect(try SecretSource.file(place.path).read().reveal() == secret)
    }
    let place = try Place(saving.bytes(Self.profile))
    let found = try AmbientCredentials(environment: [:], profilePath: place.path).accessKey()
    #expect(found?.value == AccessKey(access: "AK", secret: Secret("hush")))
  }

  @Test("holds certificates", arguments: Saving.read)
  func certificates(_ saving: Saving) async throws {
    let authority = try await TestAuthority()
    let pem = try String(contentsOfFile: authority.certificate, encoding: .utf8)
    let place = try Place(saving.bytes(pem + pem))
    #expect(try TrustedCertificates(path: place.path).certificates.count == 2)
    // What somebody wrote beside them is in any encoding.
    let noted = try Place(saving.bytes(pem) + [0x23, 0x20, 0xE4, 0x0A] + Array(pem.utf8))
    #expect(try TrustedCertificates(path: noted.path).certificates.count == 2)
  }

  @Test("in another encoding is refused by name, and says nothing of it", arguments: Saving.refused)
  func refused(_ saving: Saving, _ name: String) throws {
    let words = ["is not UTF-8 but \(name): save it as UTF-8", "iconv -f \(name) "]
    func expect(_ error: (any Error)?, _ path: String) {
      let text = error.map { "\($0)" } ?? ""
      #expect(text.contains(path) && words.allSatisfy(text.contains), "\(text)")
      #expect(!text.contains("hush"))
    }
    let secret = try Place(saving.bytes("hush\n"))
    expect(#expect(throws: SecretError.self) { try SecretSource.file(secret.path).read() }, secret.path)
    let profile = try Place(saving.bytes(Self.profile))
    let ambient = AmbientCredentials(environment: [:], profilePath: profile.path)
    expect(#expect(throws: SecretError.self) { try ambient.accessKey() }, profile.path)
    let pem = try Place(saving.bytes("-----BEGIN CERTIFICATE-----\n"))
    expect(#expect(throws: CertificateFileError.self) { try TrustedCertificates(path: pem.path) }, pem.path)
  }

  @Test(
    "that is no text is refused",
    arguments: [
      (Array("p".utf8) + [0xE4], "is not UTF-8"), ([UInt8](repeating: 0, count: 40), "zero bytes"),
      (mark, "is empty"), (mark + Array("\r\n".utf8), "is empty"),
    ] as [([UInt8], String)])
  func noText(_ bytes: [UInt8], _ words: String) throws {
    let place = try Place(bytes)
    let error = #expect(throws: SecretError.self) { try SecretSource.file(place.path).read() }
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")")
  }

  @Test func `that was joined from others is refused where a mark hides a certificate`() async throws {
    let authority = try await TestAuthority()
    let pem = try Array(String(contentsOfFile: authority.certificate, encoding: .utf8).utf8)
    let lines = pem.count { $0 == UInt8(ascii: "\n") }
    for between in [Self.mark, Array(" ".utf8)] {
      let place = try Place(pem + between + pem)
      let error = #expect(throws: CertificateFileError.self) {
        try TrustedCertificates(path: place.path)
      }
      #expect(error?.description.contains("in line \(lines + 1), which may be a byte") == true)
    }
  }
}
