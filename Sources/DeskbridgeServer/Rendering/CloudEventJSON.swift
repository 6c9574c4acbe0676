import DeskbridgeCore

/// A confirmation as a CloudEvent (CloudEvents 1.0.2, JSON event format). `source` and `id` are unique, as section 3.1.1 asks.
enum CloudEventJSON {
    static func confirmation(_ confirmation: Confirmation) -> JSONValue {
        let body = confirmation.body
        var members: JSONObject = [
            "specversion": "1.0", "id": .string(String(confirmation.seq)), "source": "/deskbridge",
            "type": body["type"] ?? .null, "subject": .string(confirmation.event.text), "time": body["timestamp"] ?? .null,
            "datacontenttype": "application/json",
        ]
        // Extension attributes have lower-case names without marks (section 3.1, naming conventions).
        members["seq"] = .integer(confirmation.seq)
        members["idempotencykey"] = body["idempotencyKey"]
        members["attempt"] = body["attempt"]
        if let payload = body["payload"] { members["data"] = payload }
        if let error = body["error"] { members["data"] = ["error": error] }
        return .object(members)
    }
}
