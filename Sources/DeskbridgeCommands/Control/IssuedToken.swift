package import DeskbridgeCore

/// A token that was just made. This is the only time its secret is seen.
package struct IssuedToken: Sendable, Equatable, CustomStringConvertible {
    package let json: JSONValue
    package let id: String
    package let secret: String
    package let client: String

    package init(_ json: JSONValue) throws(ControlError) {
        guard let id = json["id"]?.stringValue, let secret = json["token"]?.stringValue else {
            throw .unexpectedAnswer("a token without id or secret")
        }
        self.json = json
        self.id = id
        self.secret = secret
        client = json["client"]?.stringValue ?? ""
    }

    package var origins: [String] { json["origins"]?.arrayValue?.compactMap(\.stringValue) ?? [] }
    /// Whether policies let its client send anything. Nil if that is not known, as where no daemon runs.
    package var mayCause: Bool? { json["mayCause"]?.boolValue }
    package var expiresAt: Timestamp? { json["expiresAt"]?.stringValue.flatMap { Timestamp($0) } }
    package var description: String { "token \(id) <redacted>" }
}
