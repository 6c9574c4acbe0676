import DeskbridgeCore

extension FolderTreeTemplate {
    /// Reads a list whose entries are paths of folders, or mappings from a path to a file's content or to a list of the same form.
    ///
    /// - Parameter depth: how many names already lie above.
    /// - Throws: ``DefinitionError``; also for names that collide whatever the event says.
    init(parsing node: YAMLNode, depth: Int, in scope: TemplateScope) throws(DefinitionError) {
        var count = 0
        try self.init(unchecked: node, depth: depth, in: scope, &count)
        var literals = FolderTree()
        count = 0
        try checkLiterals(beneath: [[]], &literals, &count)
    }

    /// - Parameter count: how many paths the entries read so far have whatever the event says. All of them are made to check them, and
    ///   the rest of a file that has too many is not looked at.
    private init(unchecked node: YAMLNode, depth: Int, in scope: TemplateScope, _ count: inout Int) throws(DefinitionError) {
        for element in try node.sequence("tree") {
            guard case .mapping(let members) = element.content else {
                let path = try NameTemplate(parsing: element, "an entry of tree", .multiple, in: scope)
                entries.append(
                    try Self.entry(path, at: element.location, depth: depth, &count, .folder(FolderTreeTemplate())))
                continue
            }
            guard !members.isEmpty else { throw element.error("an entry of tree is empty: it is a path, or a mapping from a path") }
            for member in members {
                let path = try NameTemplate(member.name, "an entry of tree", .multiple, in: scope) { _ in member.nameLocation }
                let content = try Self.content(member.value, of: path, depth: depth + path.depth, in: scope, &count)
                entries.append(try Self.entry(path, at: member.nameLocation, depth: depth, &count, content))
            }
        }
    }

    private static func entry(
        _ path: NameTemplate, at location: SourceLocation, depth: Int, _ count: inout Int, _ content: Content
    ) throws(DefinitionError) -> Entry {
        count += path.literalCount
        if count > mostEntries, case .refused(let refusal) = tooManyEntries { throw DefinitionError(location, refusal.message) }
        guard depth + path.depth <= NameTemplate.deepest else {
            throw DefinitionError(location, "\"\(path.source)\" lies deeper than \(NameTemplate.deepest) folders beneath the root")
        }
        return Entry(path: path, location: location, content: content)
    }

    private static func content(
        _ node: YAMLNode, of path: NameTemplate, depth: Int, in scope: TemplateScope, _ count: inout Int
    ) throws(DefinitionError) -> Content {
        switch node.content {
        case .sequence: return .folder(try FolderTreeTemplate(unchecked: node, depth: depth, in: scope, &count))
        case .scalar(.string, _): return .file(try Template(parsing: node, "the content of \"\(path.source)\"", in: scope))
        case .scalar, .mapping:
            throw node.error(
                "\"\(path.source)\" must have the text of a file or the list of a folder, not \(node.kind); an empty file has the text \"\""
            )
        }
    }

    /// Puts the entries whose paths are the same for every event into one tree, to find what cannot be made in it.
    private func checkLiterals(
        beneath parents: [[SegmentName]], _ tree: inout FolderTree, _ count: inout Int
    ) throws(DefinitionError) {
        for entry in entries {
            var paths: [[SegmentName]] = []
            do throws(PlanError) {
                guard let names = try entry.path.literalPaths() else { continue }
                guard names.count * parents.count <= Self.mostEntries else { throw Self.tooManyEntries }
                paths = parents.flatMap { parent in names.map { parent + $0 } }
                let content: [UInt8]? = if case .file = entry.content { [] } else { nil }
                for path in paths {
                    count += try tree.insert(path[...], content: content)
                    guard count <= Self.mostEntries else { throw Self.tooManyEntries }
                }
            } catch {
                if case .refused(let refusal) = error { throw DefinitionError(entry.location, refusal.message) }
            }
            if case .folder(let template) = entry.content { try template.checkLiterals(beneath: paths, &tree, &count) }
        }
    }
}
