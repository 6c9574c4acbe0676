import DeskbridgeCore

/// Goes through a file and its schema together, and finds the mappings that may have certain keys only.
struct SchemaWalk {
    /// A mapping of the file.
    struct Closed: Sendable {
        let path: [YAMLPlace]
        /// Where its schema stands in the document, as in `#/$defs/parameter/oneOf/0`.
        let pointer: String
        let schemas: JSONObject
        let present: [String]

        var keys: [String] { Array(schemas.keys) }
    }

    private let document: JSONValue
    private(set) var mappings: [Closed] = []

    init(_ document: JSONValue, _ file: YAMLNode) {
        self.document = document
        visit(file, document, "#", [])
    }

    private mutating func visit(_ node: YAMLNode, _ schema: JSONValue, _ pointer: String, _ path: [YAMLPlace]) {
        let (schema, pointer) = settled(schema, pointer, node)
        switch node.content {
        case .scalar: return
        case .sequence(let elements):
            let first = schema["prefixItems"]?.arrayValue ?? []
            for (index, element) in elements.enumerated() {
                let own = first.indices.contains(index) ? first[index] : schema["items"]
                if let own { visit(element, own, "\(pointer)/items", path + [.index(index)]) }
            }
        case .mapping(let members):
            let properties = schema["properties"]?.objectValue
            if let properties {
                mappings.append(Closed(path: path, pointer: pointer, schemas: properties, present: members.map(\.name)))
            }
            for member in members {
                if let own = properties?[member.name] ?? schema["additionalProperties"], own.objectValue != nil {
                    visit(member.value, own, "\(pointer)/properties/\(member.name)", path + [.key(member.name)])
                }
            }
        }
    }

    /// The schema itself where it refers to another, or offers several of which one is for this node.
    private func settled(_ schema: JSONValue, _ pointer: String, _ node: YAMLNode) -> (JSONValue, String) {
        if let reference = schema["$ref"]?.stringValue, let target = Self.target(of: reference, in: document) {
            return settled(target, reference, node)
        }
        let key = schema["oneOf"] == nil ? "anyOf" : "oneOf"
        guard schema["properties"] == nil, let choices = schema[key]?.arrayValue else { return (schema, pointer) }
        let index = choices.firstIndex { choice in
            if let constant = choice["properties"]?["type"]?["const"] { return node.json["type"] == constant }
            return choice["$ref"] != nil || choice["type"]?.allows(node.json) == true
        }
        guard let index else { return (schema, pointer) }
        return settled(choices[index], "\(pointer)/\(key)/\(index)", node)
    }

    /// What a reference such as `#/$defs/tree` leads to.
    static func target(of reference: String, in document: JSONValue) -> JSONValue? {
        guard reference.hasPrefix("#/") else { return nil }
        return reference.dropFirst(2).split(separator: "/").reduce(document) { $0?[String($1)] }
    }

    /// All closed mappings of a schema, by the pointers that a walk gives them.
    static func closedMappings(in schema: JSONValue, _ pointer: String = "#") -> [String: JSONObject] {
        var found: [String: JSONObject] = [:]
        if let properties = schema["properties"]?.objectValue {
            if schema["additionalProperties"] == false { found[pointer] = properties }
            for (name, own) in properties { found.merge(closedMappings(in: own, "\(pointer)/properties/\(name)")) { first, _ in first } }
        }
        for key in ["items", "additionalProperties"] where schema[key]?.objectValue != nil {
            found.merge(closedMappings(in: schema[key] ?? .null, "\(pointer)/\(key)")) { first, _ in first }
        }
        for key in ["oneOf", "anyOf"] {
            for (index, own) in (schema[key]?.arrayValue ?? []).enumerated() {
                found.merge(closedMappings(in: own, "\(pointer)/\(key)/\(index)")) { first, _ in first }
            }
        }
        for (name, own) in schema["$defs"]?.objectValue ?? [:] {
            found.merge(closedMappings(in: own, "#/$defs/\(name)")) { first, _ in first }
        }
        return found
    }
}

extension JSONValue {
    /// Whether this value of the keyword `type` names the type of the value.
    fileprivate func allows(_ value: JSONValue) -> Bool {
        let names = arrayValue?.compactMap(\.stringValue) ?? [stringValue].compactMap { $0 }
        return names.contains(value.typeName) || (value.typeName == "integer" && names.contains("number"))
    }
}
