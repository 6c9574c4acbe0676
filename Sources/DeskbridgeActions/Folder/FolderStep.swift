package import DeskbridgeCore

/// A `folder` step as its action file defines it.
package struct FolderStep: PlannableStep {
    private let root: RootPath
    private let rootLocation: SourceLocation
    private let name: NameTemplate
    private let tree: FolderTreeTemplate
    private let ifExists: ExistingFolderRule
    private let mode: FolderMode?

    init(parsing node: YAMLNode, in scope: TemplateScope, home: String) throws(DefinitionError) {
        let mapping = try node.mapping("folder", keys: Self.schema.names)
        let rootNode = try mapping.required("root")
        root = try RootPath(parsing: rootNode, home: home)
        rootLocation = rootNode.location
        let nameNode = try mapping.required("name")
        name = try NameTemplate(parsing: nameNode, "name", .single, in: scope)
        guard !name.namesSecret else {
            throw nameNode.error("name names a secret parameter, and the result shows the folder's path; in tree a secret may stand")
        }
        tree =
            if let node = mapping["tree"] {
                try FolderTreeTemplate(parsing: node, depth: name.depth, in: scope)
            } else {
                FolderTreeTemplate()
            }
        ifExists = if let node = mapping["ifExists"] { try Self.rule(node) } else { .reuse }
        mode = if let node = mapping["mode"] { try FolderMode(parsing: node) } else { nil }
    }

    private static func rule(_ node: YAMLNode) throws(DefinitionError) -> ExistingFolderRule {
        let text = try node.string("ifExists")
        guard let rule = ExistingFolderRule(rawValue: text) else {
            throw node.error("ifExists must be reuse, fail or suffix, not \"\(text)\"")
        }
        return rule
    }

    package var isAlwaysSafeToRepeat: Bool { true }

    package var resultType: FieldType {
        .object(members: [
            "path": FieldDeclaration(.string), "name": FieldDeclaration(.string), "created": FieldDeclaration(.boolean),
        ])
    }

    package func violations(of grants: Grants) -> [DefinitionError] {
        grants.allows(folder: root.text) ? [] : [DefinitionError(rootLocation, notGranted)]
    }

    private var notGranted: String {
        "the folder \(root.text) is not granted: list it, or a folder above it, under grants: folders: of a policy"
    }

    package func plan(_ fields: FieldValues, grants: Grants) throws(PlanError) -> FolderPlan {
        guard let place = grants.place(of: root.text) else { throw .refused(.notGranted, notGranted) }
        guard let segments = try name.paths(fields).first, let last = segments.last else {
            throw .refused(.emptyValue, "the name of the folder is empty")
        }
        if ifExists == .suffix, last.numbered(FolderChoice.highestNumber).text.utf8.count > SegmentName.longest {
            throw .refused(.tooLong, "the name \"\(last.shown)\" leaves no room for a number: shorten it, such as with |truncate:60")
        }
        let base = segments.reduce(root.text.utf8.count) { $0 + 1 + $1.text.utf8.count }
        guard base <= FolderTreeTemplate.longestPath else {
            throw .refused(.tooLong, "the path of \"\(last.shown)\" has more than \(FolderTreeTemplate.longestPath) bytes")
        }
        return FolderPlan(
            root: root, place: place, parents: segments.dropLast(),
            folder: FolderTree.Entry(last, folder: try tree.tree(fields, base: base + 4)),
            ifExists: ifExists, mode: mode)
    }
}
