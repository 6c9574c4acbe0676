extension TemplateScope {
    /// What a path leads to, as far as the declarations tell.
    struct Field {
        var type: FieldType
        /// Whether a declaration on the way says that it may be absent.
        var isOptional: Bool
        /// Whether only the event can tell if it is there: a member of a `value`, an element of an array.
        var isOpen: Bool
        var isSecret: Bool
    }

    /// - Throws: ``DefinitionError`` that says what there is, and what was probably meant.
    func field(_ path: [String], at location: SourceLocation) throws(DefinitionError) -> Field {
        guard let first = path.first, let declaration = self[first] else {
            throw Self.unknown("there is no field", path.first ?? "", "The fields here are", names, at: location)
        }
        var field = Field(
            type: declaration.type, isOptional: declaration.isOptional, isOpen: declaration.type == .any, isSecret: declaration.isSecret)
        for (position, name) in path.enumerated().dropFirst() {
            try Self.step(&field, to: name, of: path[..<position], at: location)
        }
        return field
    }

    /// - Parameter path: what leads to the owner of that name. Only a mistake spells it, as a path may be as long as its file.
    private static func step(
        _ field: inout Field, to name: String, of path: ArraySlice<String>, at location: SourceLocation
    ) throws(DefinitionError) {
        var owner: String { path.joined(separator: ".") }
        switch field.type {
        case .any: break
        case .array(let element):
            guard let index = Int(name), index >= 0, String(index) == name else {
                throw DefinitionError(location, "\"\(owner)\" is an array: its elements are named by number, such as {\(owner).0}")
            }
            field.type = element
            field.isOpen = true
        case .object(let members):
            guard let member = members[name] else {
                throw unknown("\"\(owner)\" has no member", name, "Its members are", members.keys.sorted(), at: location)
            }
            field.type = member.type
            field.isOptional = field.isOptional || member.isOptional
            field.isOpen = field.isOpen || member.type == .any
            field.isSecret = field.isSecret || member.isSecret
        case .string, .integer, .number, .boolean, .timestamp:
            throw DefinitionError(location, "\"\(owner)\" is \(field.type.phrase) and has no members")
        }
    }

    private static func unknown(
        _ what: String, _ name: String, _ listing: String, _ names: [String], at location: SourceLocation
    ) -> DefinitionError {
        let nearest = NearestName.question(name, in: names)
        let shown = names.prefix(20).joined(separator: ", ") + (names.count > 20 ? ", …" : "")
        let list = names.isEmpty ? "" : " \(listing) \(shown)."
        return DefinitionError(location, "\(what) \"\(name.prefix(80))\".\(nearest)\(list)")
    }
}

extension FieldType {
    /// Whether a declaration somewhere inside is secret.
    var holdsSecret: Bool {
        switch self {
        case .string, .integer, .number, .boolean, .timestamp, .any: false
        case .array(let element): element.holdsSecret
        case .object(let members): members.values.contains { $0.isSecret || $0.type.holdsSecret }
        }
    }
}
