package import DeskbridgeActions
package import DeskbridgeCore
internal import Synchronization

/// The actions and policies in force. A reload replaces both at once, or leaves both as they were.
package final class Definitions: Sendable {
    /// What was in force at one moment.
    package struct Snapshot: Sendable {
        package let catalog: ActionCatalog
        package let policy: PolicySet
        /// The mistakes of files whose older contents stay in force.
        package let errors: DefinitionErrors
        fileprivate let files: Files
    }

    fileprivate struct Files: Sendable, Hashable {
        var actions: [DefinitionFile] = []
        var policies: [DefinitionFile] = []
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
        snapshot = Mutex(try Self.load(files, handlers: handlers, home: home))
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
            guard files != before.files || !before.errors.isEmpty else { return nil }
            next = Self.loadKeepingOlder(files, before: before, handlers: handlers, home: home)
        } catch {
            next = Snapshot(catalog: before.catalog, policy: before.policy, errors: error, files: before.files)
        }
        snapshot.withLock { $0 = next }
        return next
    }

    private static func load(_ files: Files, handlers: HandlerTable, home: String) throws(DefinitionErrors) -> Snapshot {
        var errors = DefinitionErrors()
        var policy = PolicySet.empty
        do throws(DefinitionErrors) {
            var nodes: [YAMLNode] = []
            for file in files.policies {
                do throws(DefinitionErrors) { nodes.append(try file.node()) } catch { error.errors.forEach { errors.add($0) } }
            }
            policy = try PolicySet.parse(nodes, home: home)
        } catch { error.errors.forEach { errors.add($0) } }
        var catalog = ActionCatalog.empty
        do throws(DefinitionErrors) {
            // Against broken policies every grant would seem to be missing: those messages would only hide the cause.
            catalog = try ActionCatalog.load(files.actions, handlers: handlers, grants: errors.isEmpty ? policy.grants : nil)
        } catch { error.errors.forEach { errors.add($0) } }
        guard errors.isEmpty else { throw errors }
        return Snapshot(catalog: catalog, policy: policy, errors: DefinitionErrors(), files: files)
    }

    private static func loadKeepingOlder(_ files: Files, before: Snapshot, handlers: HandlerTable, home: String) -> Snapshot {
        do throws(DefinitionErrors) { return try load(files, handlers: handlers, home: home) } catch {
            let broken = Set(error.errors.map(\.location.file))
            let mended = Files(
                actions: replacing(broken, in: files.actions, by: before.files.actions),
                policies: replacing(broken, in: files.policies, by: before.files.policies))
            let standing = (try? load(mended, handlers: handlers, home: home)) ?? before
            return Snapshot(catalog: standing.catalog, policy: standing.policy, errors: error, files: standing.files)
        }
    }

    private static func replacing(_ broken: Set<String>, in files: [DefinitionFile], by older: [DefinitionFile]) -> [DefinitionFile] {
        let older = Dictionary(older.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return files.compactMap { broken.contains($0.name) ? older[$0.name] : $0 }
    }
}
