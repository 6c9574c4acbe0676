import DeskbridgeCore

/// What an action asks for under `sandbox`.
struct SandboxRequest: Sendable {
    /// The tier that must or should be applied; nil for the strongest that there is.
    let tier: SandboxTier?
    /// Whether the step fails if that cannot be had.
    let isRequired: Bool
    let hasNetwork: Bool
    /// Folders to write in; nil for all granted ones.
    let write: [Folder]?
    /// Folders to read beside the system's; nil for everything.
    let read: [Folder]?

    struct Folder: Sendable {
        let path: ProcessDirectory
        let what: String
        let location: SourceLocation
    }

    init(parsing node: YAMLNode, home: String, in scope: TemplateScope) throws(DefinitionError) {
        let mapping = try node.mapping("sandbox", keys: Self.schema.names)
        tier = try mapping["tier"].flatMap { node throws(DefinitionError) in try Self.tier(node) }
        isRequired = try mapping["required"]?.boolean("sandbox.required") ?? true
        hasNetwork = try mapping["network"].map { node throws(DefinitionError) in try Self.network(node) } ?? false
        write = try Self.folders(mapping["write"], "sandbox.write", home: home, in: scope)
        read = try Self.folders(mapping["read"], "sandbox.read", home: home, in: scope)
        guard tier == SandboxTier.none else { return }
        for name in ["required", "network", "write", "read"] where mapping[name] != nil {
            throw node.error("sandbox.\(name) means nothing without a sandbox: leave it out, or name another tier")
        }
    }

    private static func tier(_ node: YAMLNode) throws(DefinitionError) -> SandboxTier? {
        let name = try node.string("sandbox.tier")
        if name == "best" { return nil }
        guard let tier = SandboxTier(rawValue: name) else {
            throw node.error("sandbox.tier must be best, bubblewrap, landlock or none, not \"\(name)\"")
        }
        return tier
    }

    private static func network(_ node: YAMLNode) throws(DefinitionError) -> Bool {
        switch try node.string("sandbox.network") {
        case "on": return true
        case "off": return false
        default: throw node.error("sandbox.network must be on or off")
        }
    }

    private static func folders(
        _ node: YAMLNode?, _ what: String, home: String, in scope: TemplateScope
    ) throws(DefinitionError) -> [Folder]? {
        guard let node else { return nil }
        var folders: [Folder] = []
        for (index, element) in try node.sequence(what).enumerated() {
            let name = "\(what)[\(index)]"
            let path = try ProcessDirectory(parsing: element, name, home: home, in: scope)
            folders.append(Folder(path: path, what: name, location: element.location))
        }
        return folders
    }

    /// Folders that are written out and not granted.
    func violations(of grants: Grants) -> [DefinitionError] {
        (write ?? []).compactMap { folder in
            guard let path = folder.path.literal, !grants.allows(folder: path) else { return nil }
            return DefinitionError(
                folder.location, "\(folder.what) is not granted: list \(path) or a folder above it under grants.folders of a policy file")
        }
    }

    func plan(_ fields: FieldValues, grants: Grants, support: SandboxSupport) throws(PlanError) -> SandboxPlan {
        var write: [SandboxPlan.Folder] = []
        for folder in self.write ?? [] {
            let path = try folder.path.render(fields)
            guard let place = grants.place(of: path.value) else {
                throw .refused(.notGranted, "\(folder.what), \(path.shown.prefix(200)), lies in no granted folder")
            }
            write.append(SandboxPlan.Folder(path: path, root: place.granted, mustExist: true))
        }
        if self.write == nil {
            write = grants.folders.map {
                let path = RenderedText(literal: $0.description)
                return SandboxPlan.Folder(path: path, root: grants.place(of: path.value)?.granted ?? path.value, mustExist: false)
            }
        }
        var read: [SandboxPlan.Folder]?
        for folder in self.read ?? [] {
            let path = try folder.path.render(fields)
            read = (read ?? []) + [SandboxPlan.Folder(path: path, root: path.value, mustExist: true)]
        }
        if self.read != nil, read == nil { read = [] }
        return SandboxPlan(self, write: write, read: read, support: support)
    }
}

extension SandboxRequest {
    static let schema = MappingSchema([
        .optional(
            "tier", "What keeps it: bubblewrap, the kernel's Landlock, the best of them that there is, or nothing.",
            .word(["best"] + SandboxTier.allCases.reversed().map(\.rawValue)), default: "best"),
        .optional("required", "Whether it fails if that cannot be had, instead of running with less.", .boolean, default: true),
        .optional("network", "Whether it may use the network.", .word(["off", "on"]), default: "off"),
        .optional("write", "Granted folders to write in; all granted ones if left out.", folders, examples: [["~/Projects"]]),
        .optional(
            "read", "Folders to read beside the system's own; everything if left out.", folders, examples: [["~/Projects"]]),
    ])

    private static let folders = ValueSchema.list(of: .template)
}
