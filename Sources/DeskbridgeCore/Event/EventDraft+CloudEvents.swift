extension EventDraft {
    /// Reads a CloudEvent in the JSON format (CloudEvents 1.0.2, JSON event format section 2). `source` and `id` make the key.
    package init(cloudEvent: JSONValue) throws(Problem) {
        guard case .object(let members) = cloudEvent else {
            throw Problem(
                .invalidEvent, "A CloudEvent is a JSON object, not \(cloudEvent.typeName).",
                errors: [.init(pointer: "", message: "must be an object")])
        }
        var errors: [Problem.FieldError] = []
        var attributes: [String: String] = [:]
        for name in ["specversion", "id", "source", "type", "datacontenttype"] {
            guard let value = members[name] else { continue }
            if let text = value.stringValue {
                attributes[name] = text
            } else {
                errors.append(.init(pointer: "/\(name)", message: "must be a string"))
            }
        }
        if members["data_base64"] != nil {
            errors.append(.init(pointer: "/data_base64", message: "is not taken: put JSON into data"))
        }
        try self.init(attributes: attributes, data: members["data"], errors)
    }

    /// Reads a CloudEvent in binary mode: attributes from the `ce-` headers, data from the body (HTTP protocol binding section 3.1).
    ///
    /// - Parameter attributes: by their names without `ce-`, percent-decoded.
    package init(cloudEventAttributes attributes: [String: String], data: JSONValue?) throws(Problem) {
        try self.init(attributes: attributes, data: data, [])
    }

    private init(
        attributes: [String: String], data: JSONValue?, _ found: [Problem.FieldError]
    ) throws(Problem) {
        var errors = found
        if attributes["specversion"] != "1.0" {
            errors.append(.init(pointer: "/specversion", message: "must be \"1.0\""))
        }
        for name in ["id", "source"] where attributes[name]?.isEmpty ?? true {
            errors.append(.init(pointer: "/\(name)", message: "is missing or empty"))
        }
        if let mediaType = attributes["datacontenttype"], !MediaTypeName(mediaType).isJSON {
            errors.append(.init(pointer: "/datacontenttype", message: "must be application/json"))
        }
        let type = Self.type(attributes["type"].map(JSONValue.string), pointer: "/type", &errors)
        let payload = data ?? [:]
        if payload.objectValue == nil {
            errors.append(.init(pointer: "/data", message: "must be an object, not \(payload.typeName)"))
        }
        guard errors.isEmpty, let type, let id = attributes["id"], let source = attributes["source"] else {
            throw Self.invalid(errors)
        }
        guard !source.contains(" "), let key = IdempotencyKey("\(source) \(id)") else {
            throw Self.invalid([
                .init(
                    pointer: "/id",
                    message: "and /source must together have at most 254 bytes, no control character, and no space in the source")
            ])
        }
        self.init(type: type, key: key, payload: payload, format: .cloudEvents(source: source))
    }
}
