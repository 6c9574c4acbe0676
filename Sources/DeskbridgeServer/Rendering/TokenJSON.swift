package import DeskbridgeCore
package import DeskbridgeStore

/// Tokens as HTTP and the command line show them, and the orders for new ones.
package enum TokenJSON {
    package static func token(_ record: TokenRecord) -> JSONValue {
        var members: JSONObject = [
            "id": .string(record.id), "client": .string(record.client.text), "origins": .array(record.origins.map(JSONValue.string)),
            "createdAt": .string(record.createdAt.description), "expiresAt": .string(record.expiresAt.description),
            "singleSession": .bool(record.isSingleSession),
        ]
        members["label"] = record.label.map(JSONValue.string)
        members["revokedAt"] = record.revokedAt.map { .string($0.description) }
        members["lastUsedAt"] = record.lastUsedAt.map { .string($0.description) }
        members["rate"] = record.rate.map { .string($0.description) }
        if record.isDesk { members["desk"] = true }
        return .object(members)
    }

    /// The only answer that ever holds a token.
    package static func created(_ token: BearerToken, _ record: TokenRecord) -> JSONValue {
        [
            "id": .string(record.id), "token": .string(token.secret), "client": .string(record.client.text),
            "origins": .array(record.origins.map(JSONValue.string)), "expiresAt": .string(record.expiresAt.description),
        ]
    }

    /// Reads `{client, origins, expires, rate, singleSession, label}`.
    package static func request(_ body: JSONValue, standardExpiry: Duration) throws(Problem) -> TokenRequest {
        guard let members = body.objectValue else { throw invalid("", "must be an object, not \(body.typeName)") }
        let known = ["client", "origins", "expires", "rate", "singleSession", "label"]
        if let unknown = members.keys.first(where: { !known.contains($0) }) {
            throw invalid(JSONPointer.root.appending(unknown).text, "is no property of a token; those are \(known.joined(separator: ", "))")
        }
        guard let client = members["client"]?.stringValue.flatMap(ClientName.init), !client.isReserved else {
            throw invalid("/client", "must be a name of small letters, digits and . _ : -, and not \"local\", \"console\" or dbus:…")
        }
        var rate: Rate?
        if let value = members["rate"] {
            rate = value.stringValue.flatMap(Units.rate)
            guard rate != nil else { throw invalid("/rate", "must be a rate such as 60/10s") }
        }
        return TokenRequest(
            client: client, origins: try origins(members["origins"]), expiry: try expiry(members["expires"]) ?? standardExpiry, rate: rate,
            isSingleSession: try value(members["singleSession"], "/singleSession", "must be true or false", \.boolValue) ?? false,
            label: try value(members["label"], "/label", "must be a string", \.stringValue).map { String($0.prefix(200)) })
    }

    /// How long a token is good: 1 minute to 3650 days.
    package static func expiry(_ value: JSONValue?) throws(Problem) -> Duration? {
        guard let duration = try duration(value, "/expires") else { return nil }
        guard (.seconds(60) ... .seconds(3650 * 86_400)).contains(duration) else {
            throw invalid("/expires", "must be from 1m to 3650d")
        }
        return duration
    }

    package static func duration(_ value: JSONValue?, _ pointer: String) throws(Problem) -> Duration? {
        guard let value else { return nil }
        guard let duration = value.stringValue.flatMap(Units.duration) else {
            throw invalid(pointer, "must be a duration such as 10m or 90d")
        }
        return duration
    }

    private static func origins(_ list: JSONValue?) throws(Problem) -> [String] {
        var origins: [String] = []
        for (index, value) in (try value(list, "/origins", "must be a list of origins", \.arrayValue) ?? []).enumerated() {
            do throws(Flaw) { origins.append(try Origin(value.stringValue ?? "").description) } catch {
                throw invalid("/origins/\(index)", error.message)
            }
        }
        return origins
    }

    private static func value<Value>(
        _ json: JSONValue?, _ pointer: String, _ message: String, _ read: (JSONValue) -> Value?
    ) throws(Problem) -> Value? {
        guard let json else { return nil }
        guard let value = read(json) else { throw invalid(pointer, message) }
        return value
    }

    private static func invalid(_ pointer: String, _ message: String) -> Problem {
        Problem(.invalidEvent, "\(pointer) \(message).", errors: [.init(pointer: pointer, message: message)])
    }
}
