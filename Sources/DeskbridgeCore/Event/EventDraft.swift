/// An event as a client sent it: well formed, but not yet checked against any action.
package struct EventDraft: Sendable, Hashable {
    package let type: EventType
    package let key: IdempotencyKey
    package let payload: JSONValue
    package let format: EventFormat

    package init(type: EventType, key: IdempotencyKey, payload: JSONValue, format: EventFormat = .deskbridge) {
        self.type = type
        self.key = key
        self.payload = payload
        self.format = format
    }

    /// What an equal event must have in common with this one: type and payload.
    package var fingerprint: PayloadFingerprint {
        PayloadFingerprint(of: ["type": .string(type.text), "payload": payload])
    }
}

extension EventDraft {
    private static let members = ["type", "idempotencyKey", "payload"]

    /// Reads `{"type":…,"idempotencyKey":…,"payload":…}`.
    ///
    /// - Parameter key: the key from an `Idempotency-Key` header, if there was one.
    package init(message: JSONValue, key headerKey: IdempotencyKey? = nil) throws(Problem) {
        guard case .object(let members) = message else {
            throw Problem(
                .invalidEvent, "An event is a JSON object, not \(message.typeName).",
                errors: [.init(pointer: "", message: "must be an object")])
        }
        var errors: [Problem.FieldError] = []
        for name in members.keys where !Self.members.contains(name) && errors.count < ValidationErrors.most {
            let nearest = NearestName.of(name, in: Self.members).map { " (did you mean \"\($0)\"?)" } ?? ""
            errors.append(.init(pointer: JSONPointer.root.appending(name).text, message: "is no member of an event\(nearest)"))
        }
        let type = Self.type(members["type"], pointer: "/type", &errors)
        let payload = members["payload"] ?? [:]
        if payload.objectValue == nil {
            errors.append(.init(pointer: "/payload", message: "must be an object, not \(payload.typeName)"))
        }
        let key = try Self.key(members["idempotencyKey"], header: headerKey, &errors)
        guard errors.isEmpty, let type, let key else { throw Self.invalid(errors) }
        self.init(type: type, key: key, payload: payload)
    }

    /// The problem of an event whose members break these rules.
    package static func invalid(_ errors: [Problem.FieldError]) -> Problem {
        Problem(
            .invalidEvent, errors.map { "\($0.pointer.isEmpty ? "The event" : $0.pointer) \($0.message)" }.joined(separator: "; ") + ".",
            errors: errors)
    }

    static func type(_ value: JSONValue?, pointer: String, _ errors: inout [Problem.FieldError]) -> EventType? {
        guard let text = value?.stringValue else {
            errors.append(.init(pointer: pointer, message: value == nil ? "is missing" : "must be a string"))
            return nil
        }
        guard let type = EventType(text) else {
            errors.append(
                .init(pointer: pointer, message: "must be capital letters, digits and _, at most 64, such as CREATE_RESOURCE"))
            return nil
        }
        return type
    }

    private static func key(
        _ value: JSONValue?, header: IdempotencyKey?, _ errors: inout [Problem.FieldError]
    ) throws(Problem) -> IdempotencyKey? {
        guard let value else {
            guard let header else {
                throw Problem(
                    .idempotencyKeyRequired,
                    "Give each event a key of its own, as \"idempotencyKey\" or in the header Idempotency-Key, and send the same key when you try again.",
                    errors: [.init(pointer: "/idempotencyKey", message: "is missing")])
            }
            return header
        }
        guard let key = value.stringValue.flatMap(IdempotencyKey.init) else {
            errors.append(.init(pointer: "/idempotencyKey", message: "must be a string of 1 to 255 bytes without control characters"))
            return nil
        }
        guard header == nil || header == key else {
            errors.append(.init(pointer: "/idempotencyKey", message: "differs from the key in the header Idempotency-Key"))
            return nil
        }
        return key
    }
}
