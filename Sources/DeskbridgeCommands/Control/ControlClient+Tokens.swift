internal import DeskbridgeCore

extension ControlClient {
    package func createToken(_ wanted: TokenOrder) async throws -> IssuedToken {
        var body: JSONObject = [
            "client": .string(wanted.client), "origins": .array(wanted.origins.map(JSONValue.string)),
        ]
        body["expires"] = wanted.expires.map(JSONValue.string)
        body["rate"] = wanted.rate.map(JSONValue.string)
        body["label"] = wanted.label.map(JSONValue.string)
        if wanted.isSingleSession { body["singleSession"] = true }
        return try IssuedToken(try await request(.POST, "/v1/tokens", body: .object(body)))
    }

    package func tokens() async throws -> [ListedToken] {
        let json = try await request(.GET, "/v1/tokens")
        guard let list = json["tokens"]?.arrayValue else { throw ControlError.unexpectedAnswer("a list without tokens") }
        return try list.map { try ListedToken($0) }
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
