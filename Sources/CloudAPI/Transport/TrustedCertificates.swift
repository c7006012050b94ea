import JobWatchCore
import NIOSSL

/// The certificates of a PEM file, to trust instead of the system's. The whole file is checked when it is read, because
/// a mistake has to be found before a certificate is needed.
package struct TrustedCertificates: Sendable, Hashable {
  package let path: String
  let certificates: [NIOSSLCertificate]

  /// Bytes. The system's whole bundle has a quarter of a million.
  private static let sizeLimit = 4 << 20

  package init(path: String) throws(CertificateFileError) {
    self.path = path
    let bytes = try Self.content(of: path)
    if bytes.isEmpty { throw CertificateFileError(path, "is empty") }
    try Self.requireBegin(bytes, path)
    do {
      certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
    } catch {
      throw CertificateFileError(path, "holds a certificate that cannot be read")
    }
  }

  /// Refuses a certificate whose first line does not begin as it should, because TLS would pass over it in silence.
  private static func requireBegin(_ bytes: [UInt8], _ path: String) throws(CertificateFileError) {
    let begin = Array("-----BEGIN CERTIFICATE-----".utf8)
    var next = ByteSearch.first(begin, in: bytes)
    if next == nil { throw CertificateFileError(path, "holds no certificate in PEM form") }
    while let place = next {
      guard place == 0 || bytes[place - 1] == "\n" else {
        let line = bytes[..<place].count { $0 == "\n" } + 1
        throw CertificateFileError(
          path, "has something before -----BEGIN CERTIFICATE----- in line \(line), which may be a " + "byte order mark")
      }
      next = ByteSearch.first(begin, in: bytes, from: place + 1)
    }
  }

  /// The text beside the certificates need not be UTF-8.
  private static func content(of path: String) throws(CertificateFileError) -> [UInt8] {
    do {
      return Array(try WrittenText.unmarked(WrittenFile.bytes(at: path, limit: sizeLimit)))
    } catch WrittenFile.Fault.missing {
      throw CertificateFileError(path, "does not exist")
    } catch WrittenFile.Fault.denied {
      throw CertificateFileError(path, "cannot be read by this user", isDenied: true)
    } catch WrittenFile.Fault.tooLarge {
      throw CertificateFileError(path, "is larger than \(sizeLimit >> 20) MiB")
    } catch WrittenFile.Fault.unreadable(let reason) {
      throw CertificateFileError(path, "cannot be read (\(reason))")
    } catch {
      throw CertificateFileError(path, "\(error)", remedy: nil)
    }
  }
}

package struct CertificateFileError: Error, Sendable, Hashable, CustomStringConvertible {
  package let path: String
  package let isDenied: Bool
  package let description: String

  /// - Parameter remedy: nil if the problem says it.
  init(_ path: String, _ problem: String, remedy: String? = usual, isDenied: Bool = false) {
    self.path = path
    self.isDenied = isDenied
    description = "\(path) \(problem)\(remedy.map { ": \($0)" } ?? "")"
  }

  private static let usual =
    "put the issuer's certificates there, -----BEGIN CERTIFICATE----- and so on, readable by the "
    + "service"
}
