import DeskbridgeCore

/// One step on the way to a value in a file.
enum YAMLPlace: Sendable, CustomStringConvertible {
    case key(String)
    case index(Int)

    var description: String {
        switch self {
        case .key(let name): name
        case .index(let index): String(index)
        }
    }
}

extension YAMLNode {
    /// The file with another value at this place.
    func replacing(_ path: ArraySlice<YAMLPlace>, _ change: (YAMLNode) -> YAMLNode) -> YAMLNode {
        guard let step = path.first else { return change(self) }
        switch (step, content) {
        case (.index(let index), .sequence(var elements)):
            elements[index] = elements[index].replacing(path.dropFirst(), change)
            return YAMLNode(.sequence(elements), at: location)
        case (.key(let name), .mapping(let members)):
            let changed = members.map { member in
                member.name != name
                    ? member
                    : Member(name: name, nameLocation: member.nameLocation, value: member.value.replacing(path.dropFirst(), change))
            }
            return YAMLNode(.mapping(changed), at: location)
        default: return self
        }
    }

    /// The file with another key in the mapping at this place.
    func adding(_ name: String, to path: [YAMLPlace]) -> YAMLNode {
        replacing(path[...]) { node in
            guard case .mapping(let members) = node.content else { return node }
            let added = Member(name: name, nameLocation: node.location, value: node.with("x"))
            return YAMLNode(.mapping(members + [added]), at: node.location)
        }
    }

    /// Another value in the place of this one.
    func with(_ value: JSONValue) -> YAMLNode {
        switch value {
        case .array(let elements): YAMLNode(.sequence(elements.map(with)), at: location)
        case .object(let members):
            YAMLNode(.mapping(members.map { Member(name: $0.key, nameLocation: location, value: with($0.value)) }), at: location)
        default: YAMLNode(.scalar(value: value, text: value.text), at: location)
        }
    }
}
