package import DeskbridgeActions
package import DeskbridgeCore
internal import Synchronization

/// The actions and policies in force. A reload replaces both at once.
package final class Definitions: Sendable {
    /// What was in force at one moment.
    package struct Snapshot: Sendable {
        package let catalog: ActionCatalog
        package let policy: PolicySet
        /// The mistakes of files whose older contents stay in force.
        package let errors: DefinitionErrors
        /// What is in force but can hardly be meant: granted programs that are missing, or that a group may change.
        package let warnings: [PolicyFinding]
        /// What the folders held. Nil if they could not be read.
        fileprivate let files: Files?
        fileprivate let policyFiles: [PolicyFile]
    }

    fileprivate struct Files: Sendable, Hashable {
        let actions: [DefinitionFile]
        let policies: [DefinitionFile]
    }

    private let actions: DefinitionFolder
    private let policies: DefinitionFolder
    private let handlers: HandlerTable
    private let home: String
    private let snapshot: Mutex<Snapshot>

    /// Reads both folders.
    /// - Parameter home: what `~` stands for.
    /// - Throws: ``DefinitionErrors`` with every mistake in every file.
    package init(
        actions: DefinitionFolder, policies: DefinitionFolder, handlers: HandlerTable, home: String
    ) throws(DefinitionErrors) {
        self.actions = actions
        self.policies = policies
        self.handlers = handlers
        self.home = home
        let files = Files(actions: try actions.read(), policies: try policies.read())
        let first = Self.load(files, over: nil, handlers: handlers, home: home)
        guard first.errors.isEmpty else { throw first.errors }
        snapshot = Mutex(first)
    }

    package var current: Snapshot { snapshot.withLock { $0 } }

    package var folders: [DefinitionFolder] { [actions, policies] }

    /// Reads the folders again. A file with a mistake keeps its older contents in force; a new one with a mistake is left out.
    ///
    /// - Returns: the snapshot now in force, or nil if the files are the same as before.
    package func reload() -> Snapshot? {
        let before = current
        let next: Snapshot
        do throws(DefinitionErrors) {
            let files = Files(actions: try actions.read(), policies: try policies.read())
            guard files != before.files else { return nil }
            next = Self.load(files, over: before, handlers: handlers, home: home)
        } catch {
            next = Snapshot(
                catalog: before.catalog, policy: before.policy, errors: error, warnings: before.warnings, files: nil,
                policyFiles: before.policyFiles)
        }
        snapshot.withLock { $0 = next }
        return next
    }

    private static func load(_ files: Files, over before: Snapshot?, handlers: HandlerTable, home: String) -> Snapshot {
        var errors = DefinitionErrors()
        let policyFiles = loadPolicies(files.policies, over: before?.policyFiles ?? [], home: home, &errors)
        let policy = PolicySet(policyFiles)
        let former = Set(before?.files?.actions ?? [])
        let (catalog, mistakes) = ActionCatalog.load(
            files.actions, over: before?.catalog ?? .empty, unchanged: Set(files.actions.filter(former.contains).map(\.name)),
            handlers: handlers,
            // Against broken policies every grant would seem to be missing: those messages would only hide the cause.
            grants: errors.isEmpty ? policy.grants : nil)
        errors.add(mistakes)
        return Snapshot(
            catalog: catalog, policy: policy, errors: errors,
            warnings: policy.grantPlaces.flatMap(ExecutableReview.findings).filter { $0.level != .error }, files: files,
            policyFiles: policyFiles)
    }

    private static func loadPolicies(
        _ files: [DefinitionFile], over older: [PolicyFile], home: String, _ errors: inout DefinitionErrors
    ) -> [PolicyFile] {
        files.compactMap { file in
            do throws(DefinitionErrors) {
                let parsed = try PolicyFile.parse(file.node(), home: home)
                let unsafe = parsed.grantPlaces.flatMap(ExecutableReview.findings).filter { $0.level == .error }
                guard unsafe.isEmpty else { throw DefinitionErrors(unsafe.map { DefinitionError($0.location, $0.message) }) }
                return parsed
            } catch {
                errors.add(error)
                return older.first { $0.name == file.name }
            }
        }
    }
}

extension Definitions.Snapshot {
    /// What is in force, for the audit: two states of policies or actions are told apart by it.
    package var digests: String { "policies \(policyDigest) actions \(actionDigest)" }

    /// The SHA-256 of the action files as they were read, those with mistakes too, in hexadecimal.
    private var actionDigest: String {
        let read = files.map { $0.actions.map { [.string($0.name), .string(String(decoding: $0.bytes, as: UTF8.self))] as JSONValue } }
        return AuditRecord.hexadecimal(PayloadFingerprint(of: .array(read ?? [])).bytes)
    }

    /// The SHA-256 of the rules and grants in force, in hexadecimal: by it two states of the policies are told apart.
    package var policyDigest: String {
        let written: JSONValue = [
            "rules": .array(policy.policy.rules.map(\.written)), "grants": .array(policy.grantPlaces.map { .string($0.text) }),
        ]
        return AuditRecord.hexadecimal(PayloadFingerprint(of: written).bytes)
    }
}
