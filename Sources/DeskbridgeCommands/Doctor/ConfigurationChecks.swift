internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeEngine
internal import Glibc

/// The files a person wrote, read as the daemon reads them.
enum ConfigurationChecks {
    static func all(_ home: BridgeHome, userFolder: String?, configuration: Result<BridgeConfiguration, DefinitionErrors>) -> [Check] {
        let policies = policies(home, userFolder: userFolder)
        return [
            Check("Configuration") {
                finding(configuration) { _ in FileFacts(home.configurationFile) == nil ? "none; defaults" : home.configurationFile }
            },
            Check("Policies") { finding(policies) { Count.text($0.policy.rules.count, "rule") } },
            Check("Actions") { await actions(home, userFolder: userFolder, policies: policies) },
            Check("Granted executables") { executables(policies) },
            Check("Granted folders") { folders(policies) },
            Check("Schemas for editors") { schemas(home) },
        ]
    }

    /// Editors that go by the schemas of another version mark new keys as mistakes.
    static func schemas(_ home: BridgeHome) -> Finding {
        let remedy = "Run: deskbridge init --schemas (with the same --home)"
        guard FileFacts(home.schemas) != nil else { return .skipped("not written yet: deskbridge init --schemas") }
        let stale = SchemaFile.allCases.map { (path: "\(home.schemas)/\($0.name)", text: $0.text) }.filter { file in
            (try? PayloadSource.read(file.path))?.elementsEqual(file.text.utf8) != true
        }
        guard stale.isEmpty else {
            return .warned("\(stale.map(\.path).joined(separator: ", ")) missing, or of another version", remedy: remedy)
        }
        return .passed(home.schemas)
    }

    private static func policies(_ home: BridgeHome, userFolder: String?) -> Result<PolicySet, DefinitionErrors> {
        Result { () throws(DefinitionErrors) in
            var nodes: [YAMLNode] = []
            for file in try DefinitionFolder(path: home.policies, name: "policies").read() { nodes.append(try file.node()) }
            return try PolicySet.parse(nodes, home: userFolder ?? "/")
        }
    }

    /// The actions as the daemon loads them. Against broken policies, which have a check of their own, no grant is missed.
    private static func actions(_ home: BridgeHome, userFolder: String?, policies: Result<PolicySet, DefinitionErrors>) async -> Finding {
        let handlers = StandardHandlers(environment: [:], home: userFolder ?? "/")
        let catalog = Result { () throws(DefinitionErrors) in
            let files = try DefinitionFolder(path: home.actions, name: "actions").read()
            return try ActionCatalog.load(files, handlers: handlers.table, grants: try? policies.get().grants)
        }
        await handlers.shutdown()
        return finding(catalog) { Count.text($0.actions.count, "action") }
    }

    private static func finding<Value>(_ result: Result<Value, DefinitionErrors>, _ passed: (Value) -> String) -> Finding {
        switch result {
        case .success(let value): .passed(passed(value))
        case .failure(let errors): .failed(errors.description, remedy: "Mend what stands at these places.")
        }
    }

    static func executables(_ policies: Result<PolicySet, DefinitionErrors>) -> Finding {
        guard case .success(let set) = policies else { return .skipped("the policies have mistakes") }
        let missing = set.grants.executables.map(\.description).filter { access($0, X_OK) != 0 || FileFacts($0)?.isFolder != false }
        guard missing.isEmpty else {
            return .failed(
                "\(missing.joined(separator: ", ")) not there, or no program", remedy: "Install it, or correct the path in policies/.")
        }
        return .passed(Count.text(set.grants.executables.count, "executable"))
    }

    /// One that is missing is made when an action first needs it; one that cannot be written fails each event.
    static func folders(_ policies: Result<PolicySet, DefinitionErrors>) -> Finding {
        guard case .success(let set) = policies else { return .skipped("the policies have mistakes") }
        let closed = set.grants.folders.map(\.description).filter { FileFacts($0) != nil && access($0, W_OK | X_OK) != 0 }
        guard closed.isEmpty else {
            return .failed(
                "you may not write in \(closed.joined(separator: ", "))", remedy: "Give yourself the right, or grant another folder.")
        }
        return .passed(Count.text(set.grants.folders.count, "folder"))
    }
}
