internal import Crypto
internal import Foundation

/// The secret that a client signs in with: `dbt_` and 32 random bytes in base64url (RFC 4648 section 5). Never shows itself.
package struct BearerToken: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package static let prefix = "dbt_"
    /// In characters.
    static let length = prefix.utf8.count + 43

    /// The token itself, to be shown once to the person who asked for it.
    package let secret: String

    /// Nil unless the text has the shape of a token.
    package init?(_ text: some StringProtocol) {
        let bytes = text.utf8.dropFirst(Self.prefix.utf8.count)
        guard text.hasPrefix(Self.prefix), bytes.count == 43,
            bytes.allSatisfy({ byte in
                (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
                    || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_")
            })
        else { return nil }
        secret = String(text)
    }

    private init(secret: String) { self.secret = secret }

    /// Makes a token from the system's random numbers.
    package static func mint() -> BearerToken {
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
        let base64 = Data(bytes).base64EncodedString()
            .replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
        return BearerToken(secret: prefix + base64)
    }

    /// The SHA-256 by which a token is stored and found.
    package var hash: [UInt8] { Array(SHA256.hash(data: Array(secret.utf8))) }

    package var description: String { "<redacted>" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
