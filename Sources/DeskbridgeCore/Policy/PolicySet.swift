/// All policy files as one: their rules in the order of the files' names, and what any of them grants.
package struct PolicySet: Sendable, Hashable {
    package let policy: Policy
    package let grants: Grants
    package let grantPlaces: [GrantPlace]

    /// No file: nothing is allowed and nothing granted.
    package static let empty = PolicySet([])

    /// - Parameter files: in any order.
    package init(_ files: [PolicyFile]) {
        let files = files.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
        policy = Policy(rules: files.flatMap(\.policy.rules), visibility: files.flatMap(\.policy.visibility))
        grants = files.reduce(.none) { $0.merging($1.grants) }
        grantPlaces = files.flatMap(\.grantPlaces)
    }

    /// - Throws: ``DefinitionErrors`` with the mistakes of all files.
    package static func parse(_ nodes: [YAMLNode], home: String) throws(DefinitionErrors) -> PolicySet {
        var files: [PolicyFile] = []
        var errors = DefinitionErrors()
        for node in nodes {
            do throws(DefinitionErrors) { files.append(try PolicyFile.parse(node, home: home)) } catch { errors.add(error) }
        }
        guard errors.isEmpty else { throw errors }
        return PolicySet(files)
    }
}
