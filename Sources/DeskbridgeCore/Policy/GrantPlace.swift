/// One grant alone, with the place where it is written.
package struct GrantPlace: Sendable, Hashable {
    package enum Kind: String, Sendable, Hashable, CaseIterable {
        case executables, folders, dbus, network
    }

    package let kind: Kind
    /// As the file says it.
    package let text: String
    package let location: SourceLocation
    /// What it grants, and nothing else.
    package let grants: Grants
}

extension GrantPlace {
    /// The grants of a node that has no mistakes, in the order they are written.
    static func all(in node: YAMLNode?, home: String) -> [GrantPlace] {
        guard case .mapping(let members) = node?.content else { return [] }
        return members.flatMap { member -> [GrantPlace] in
            guard let kind = Kind(rawValue: member.name), case .sequence(let elements) = member.value.content else { return [] }
            return elements.map { element in
                let alone = YAMLNode.Member(
                    name: member.name, nameLocation: member.nameLocation, value: YAMLNode(.sequence([element]), at: element.location))
                var errors: [DefinitionError] = []
                let grants = Grants(parsing: YAMLNode(.mapping([alone]), at: element.location), home: home, errors: &errors)
                return GrantPlace(kind: kind, text: element.json.stringValue ?? "", location: element.location, grants: grants)
            }
        }
    }
}
