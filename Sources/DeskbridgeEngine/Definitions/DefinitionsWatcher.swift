import DeskbridgeActions
internal import DeskbridgeCore
package import Logging
import ServiceLifecycle

/// Reloads actions and policies as soon as a file changes.
package struct DefinitionsWatcher: Service {
    private let definitions: Definitions
    private let logger: Logger
    private let changed: @Sendable () -> Void

    /// - Parameter changed: called after each reload that changed something.
    package init(definitions: Definitions, logger: Logger, changed: @escaping @Sendable () -> Void) {
        self.definitions = definitions
        self.logger = logger
        self.changed = changed
    }

    package func run() async throws {
        let folders: FolderChanges
        do throws(FolderChangesError) {
            folders = try await BlockingCalls.run { [definitions] in
                Result { () throws(FolderChangesError) in try FolderChanges(folders: definitions.folders.map(\.path)) }
            }.get()
        } catch {
            // A desk full of editors uses up the kernel's watches: no reason to do no work at all.
            logger.warning(
                "changed actions and policies are not noticed; restart the bridge after a change",
                metadata: ["event": "definitions.unwatched", "error": "\(error)", "hint": "raise fs.inotify.max_user_instances (sysctl)"])
            try? await gracefulShutdown()
            return
        }
        for warning in definitions.current.warnings { log(warning) }
        await reload()
        for await _ in folders.changes.cancelOnGracefulShutdown() { await reload() }
    }

    private func reload() async {
        guard let snapshot = await BlockingCalls.run({ definitions.reload() }) else { return }
        for error in snapshot.errors.errors {
            logger.error(
                "definition refused; what was in force before stays",
                metadata: ["event": "definitions.refused", "location": "\(error.location)", "error": "\(error.message)"])
        }
        for warning in snapshot.warnings { log(warning) }
        if snapshot.errors.isEmpty {
            logger.notice(
                "definitions reloaded",
                metadata: ["event": "definitions.reloaded", "actions": "\(snapshot.catalog.actions.count)"])
        }
        changed()
    }

    private func log(_ warning: PolicyFinding) {
        logger.warning(
            "look at this grant",
            metadata: ["event": "definitions.doubtful", "location": "\(warning.location)", "error": "\(warning.message)"])
    }
}
