package import DeskbridgeCore

/// Which events to list.
package struct EventQuery: Sendable, Equatable {
    package var states: [DeliveryState] = []
    package var type: String?
    package var client: String?
    package var search: String?

    package init(states: [DeliveryState] = [], type: String? = nil, client: String? = nil, search: String? = nil) {
        self.states = states
        self.type = type
        self.client = client
        self.search = search
    }
}

/// What a person may have done with an event.
package enum EventVerb: String, Sendable {
    case retry, cancel, drop, approve, deny
}

/// What a person says became of an event whose outcome is unknown.
package enum EventResolution: Sendable, Equatable {
    case succeeded(result: JSONObject?)
    case failed(message: String?)
}

extension ControlClient {
    package func send(type: String, payload: JSONObject, key: String) async throws -> RemoteEvent {
        let body: JSONValue = ["type": .string(type), "payload": .object(payload), "idempotencyKey": .string(key)]
        return try RemoteEvent(try await request(.POST, "/v1/events", body: body))
    }

    /// Makes a new event of an old one's type and payload.
    /// - Parameter key: its idempotency key; without one the daemon makes a fresh one.
    package func replay(_ id: String, key: String?) async throws -> RemoteEvent {
        let body: JSONValue = key.map { ["idempotencyKey": .string($0)] } ?? [:]
        return try RemoteEvent(try await request(.POST, "/v1/events/\(id.percentEncoded)/replay", body: body))
    }

    /// One event with its attempts, steps and output.
    package func event(_ id: String) async throws -> RemoteEvent {
        try RemoteEvent(try await request(.GET, "/v1/events/\(id.percentEncoded)"))
    }

    /// - Parameter after: where an earlier page said the next begins.
    package func events(_ filter: EventQuery, after: String? = nil, limit: Int) async throws -> RemoteEventPage {
        let query = queryText([
            ("state", filter.states.isEmpty ? nil : filter.states.map(\.rawValue).joined(separator: ",")),
            ("type", filter.type), ("client", filter.client), ("q", filter.search), ("after", after), ("limit", String(limit)),
        ])
        let json = try await request(.GET, "/v1/events\(query)")
        guard let list = json["events"]?.arrayValue else { throw ControlError.unexpectedAnswer("a page without events") }
        return RemoteEventPage(events: try list.map { try RemoteEvent($0) }, next: json["next"]?.stringValue)
    }

    /// - Parameters:
    ///   - reason: what the client is told; for `approve` and `deny`.
    ///   - once: whether the answer counts for this event alone, even if the rule has answers remembered; for the same two.
    package func perform(_ verb: EventVerb, on id: String, reason: String? = nil, once: Bool = false) async throws -> RemoteEvent {
        var body: JSONObject = [:]
        body["reason"] = reason.map(JSONValue.string)
        if once { body["once"] = true }
        return try RemoteEvent(try await request(.POST, "/v1/events/\(id.percentEncoded)/\(verb.rawValue)", body: .object(body)))
    }

    package func resolve(_ id: String, as resolution: EventResolution) async throws -> RemoteEvent {
        var body: JSONObject = [:]
        switch resolution {
        case .succeeded(let result):
            body["as"] = "succeeded"
            body["result"] = result.map(JSONValue.object)
        case .failed(let message):
            body["as"] = "failed"
            body["message"] = message.map(JSONValue.string)
        }
        return try RemoteEvent(try await request(.POST, "/v1/events/\(id.percentEncoded)/resolve", body: .object(body)))
    }
}
