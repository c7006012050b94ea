import Foundation
import NIOSSL

/// The certificates of a PEM file, to trust instead of the system's. Read once and checked whole, so
/// that a bad file is found before it is needed.
package struct TrustedCertificates: Sendable, Hashable {
  package let path: String
  let certificates: [NIOSSLCertificate]

  /// Bytes. The system's whole bundle has a quarter of a million.
  private static let sizeLimit = 4 << 20

  package init(path: String) throws(CertificateFileError) {
    self.path = path
    let bytes = try Self.content(of: path)
    guard !bytes.isEmpty else { throw CertificateFileError(path, "is empty") }
    guard bytes.count <= Self.sizeLimit else {
      throw CertificateFileError(path, "is larger than \(Self.sizeLimit >> 20) MiB")
    }
    guard ByteSearch.first(Array("-----BEGIN CERTIFICATE-----".utf8), in: bytes, from: 0) != nil
    else { throw CertificateFileError(path, "holds no certificate in PEM form") }
    do {
      certificates = try NIOSSLCertificate.fromPEMBytes(bytes)
    } catch {
      throw CertificateFileError(path, "holds a certificate that cannot be read")
    }
  }

  private static func content(of path: String) throws(CertificateFileError) -> [UInt8] {
    do {
      let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
      defer { try? file.close() }  // nothing was written
      return Array(try file.read(upToCount: sizeLimit + 1) ?? Data())
    } catch {
      let code = (error as? CocoaError)?.code
      let isMissing = code == .fileReadNoSuchFile || code == .fileNoSuchFile
      throw CertificateFileError(path, isMissing ? "does not exist" : "cannot be read by this user")
    }
  }
}

/// A file of certificates that cannot be used.
package struct CertificateFileError: Error, Sendable, Hashable, CustomStringConvertible {
  package let path: String
  private let problem: String

  init(_ path: String, _ problem: String) {
    self.path = path
    self.problem = problem
  }

  package var description: String {
    "\(path) \(problem): put the issuer's certificates there, "
      + "-----BEGIN CERTIFICATE----- and so on, readable by the service"
  }
}
