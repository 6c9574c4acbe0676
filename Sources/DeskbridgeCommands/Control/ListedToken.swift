package import DeskbridgeCore

/// What is known of a token without its secret.
package struct ListedToken: Sendable, Equatable {
    package let json: JSONValue
    package let id: String

    package init(_ json: JSONValue) throws(ControlError) {
        guard let id = json["id"]?.stringValue else { throw .unexpectedAnswer("a token without an id") }
        self.json = json
        self.id = id
    }

    package var client: String { json["client"]?.stringValue ?? "" }
    package var label: String? { json["label"]?.stringValue }
    package var origins: [String] { (json["origins"]?.arrayValue ?? []).compactMap(\.stringValue) }
    package var rate: String? { json["rate"]?.stringValue }
    package var isSingleSession: Bool { json["singleSession"]?.boolValue ?? false }
    /// Whether it is the console's, with the rights of the person at the desk.
    package var isDesk: Bool { json["desk"]?.boolValue ?? false }
    package var createdAt: Timestamp? { timestamp("createdAt") }
    package var expiresAt: Timestamp? { timestamp("expiresAt") }
    package var revokedAt: Timestamp? { timestamp("revokedAt") }
    package var lastUsedAt: Timestamp? { timestamp("lastUsedAt") }

    /// Whether a token opens the door.
    package enum Standing: String, Sendable {
        case valid, expired, revoked
    }

    package func standing(at now: Timestamp) -> Standing {
        if let revokedAt, revokedAt <= now { return .revoked }
        if let expiresAt, expiresAt <= now { return .expired }
        return .valid
    }

    private func timestamp(_ member: String) -> Timestamp? { json[member]?.stringValue.flatMap { Timestamp($0) } }
}
