package import DeskbridgeCore

/// What a new token is to be good for.
package struct TokenRequest: Sendable, Equatable {
    package let client: String
    package let origins: [String]
    /// A duration such as `90d`.
    package let expires: String?
    /// A rate such as `60/10s`.
    package let rate: String?
    package let isSingleSession: Bool
    package let label: String?

    package init(
        client: String, origins: [String], expires: String? = nil, rate: String? = nil, isSingleSession: Bool = false,
        label: String? = nil
    ) {
        self.client = client
        self.origins = origins
        self.expires = expires
        self.rate = rate
        self.isSingleSession = isSingleSession
        self.label = label
    }
}

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

    package var expiresAt: Timestamp? { json["expiresAt"]?.stringValue.flatMap { Timestamp($0) } }
    package var description: String { "token \(id) <redacted>" }
}

/// What is known of a token without its secret.
package struct TokenRecord: Sendable, Equatable {
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
    package var createdAt: Timestamp? { timestamp("createdAt") }
    package var expiresAt: Timestamp? { timestamp("expiresAt") }
    package var revokedAt: Timestamp? { timestamp("revokedAt") }
    package var lastUsedAt: Timestamp? { timestamp("lastUsedAt") }

    /// Whether the token opens the door now: `valid`, `expired` or `revoked`.
    package func standing(at now: Timestamp) -> String {
        if let revokedAt, revokedAt <= now { return "revoked" }
        if let expiresAt, expiresAt <= now { return "expired" }
        return "valid"
    }

    private func timestamp(_ member: String) -> Timestamp? { json[member]?.stringValue.flatMap { Timestamp($0) } }
}

extension ControlClient {
    package func createToken(_ wanted: TokenRequest) async throws -> IssuedToken {
        var body: JSONObject = [
            "client": .string(wanted.client), "origins": .array(wanted.origins.map(JSONValue.string)),
        ]
        body["expires"] = wanted.expires.map(JSONValue.string)
        body["rate"] = wanted.rate.map(JSONValue.string)
        body["label"] = wanted.label.map(JSONValue.string)
        if wanted.isSingleSession { body["singleSession"] = true }
        return try IssuedToken(try await request(.POST, "/v1/tokens", body: .object(body)))
    }

    package func tokens() async throws -> [TokenRecord] {
        let json = try await request(.GET, "/v1/tokens")
        guard let list = json["tokens"]?.arrayValue else { throw ControlError.unexpectedAnswer("a list without tokens") }
        return try list.map { try TokenRecord($0) }
    }

    /// - Parameters:
    ///   - overlap: how long the old secret stays good, such as `10m`.
    ///   - expires: how long the new one is good, such as `90d`.
    package func rotateToken(_ id: String, overlap: String, expires: String?) async throws -> IssuedToken {
        var body: JSONObject = ["overlap": .string(overlap)]
        body["expires"] = expires.map(JSONValue.string)
        return try IssuedToken(try await request(.POST, "/v1/tokens/\(id.percentEncoded)/rotate", body: .object(body)))
    }

    /// Ends a token, or all tokens of a client, and the connections made with them.
    /// - Returns: how many tokens it ended.
    package func revokeTokens(_ idOrClient: String) async throws -> Int64 {
        let json = try await request(.DELETE, "/v1/tokens/\(idOrClient.percentEncoded)")
        guard let count = json["revoked"]?.integerValue else { throw ControlError.unexpectedAnswer("a revocation without a count") }
        return count
    }
}
