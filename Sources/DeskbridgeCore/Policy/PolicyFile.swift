/// One file of the `policies` folder: rules, who sees what, and grants.
package struct PolicyFile: Sendable, Hashable {
    /// The name the file was read under; it gives the order of several files, and rules are named after it.
    package let name: String
    package let policy: Policy
    package let grants: Grants
    /// The same grants one by one, each with its place.
    package let grantPlaces: [GrantPlace]

    /// Reads a file; one that is empty says nothing.
    /// - Parameter home: the absolute path that `~` stands for in granted folders.
    /// - Throws: ``DefinitionErrors`` with all mistakes of the file, in the order of its lines.
    package static func parse(_ node: YAMLNode, home: String) throws(DefinitionErrors) -> PolicyFile {
        var reader = MappingReader(node, "a policy file", prefix: "")
        var errors: [DefinitionError] = []
        let rules = elements(of: reader.node("rules"), "rules", &errors).compactMap { PolicyRule(parsing: $0, errors: &errors) }
        let visibility = elements(of: reader.node("visibility"), "visibility", &errors)
            .compactMap { VisibilityRule(parsing: $0, errors: &errors) }
        let granted = reader.node("grants")
        let grants = Grants(parsing: granted, home: home, errors: &errors)
        errors += reader.finish()
        guard errors.isEmpty else { throw DefinitionErrors(ofOneFile: errors) }
        return PolicyFile(
            name: node.location.file, policy: Policy(rules: rules, visibility: visibility), grants: grants,
            grantPlaces: GrantPlace.all(in: granted, home: home))
    }

    private static func elements(of node: YAMLNode?, _ what: String, _ errors: inout [DefinitionError]) -> [YAMLNode] {
        guard let node, !node.isNothing else { return [] }
        do throws(DefinitionError) { return try node.sequence(what) } catch {
            errors.append(error)
            return []
        }
    }
}
