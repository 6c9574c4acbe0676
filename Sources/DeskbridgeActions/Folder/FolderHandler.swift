package import DeskbridgeCore
import Synchronization

/// Makes project folders: a tree from naming templates, beneath one root.
package struct FolderHandler: StepHandler {
    package static let key = "folder"
    package static let schema = FolderStep.schema.value.described("Makes a folder, with a tree of folders and files, beneath one root.")

    private let home: String
    private let clock: WallClock
    private let lanes = FolderLanes()
    /// Apart from those that make folders: a disk that does not answer keeps whoever looks at it waiting, and nobody else.
    private let sights = FolderLanes(count: 2)
    private let look: @Sendable (FolderPlan) -> JSONValue?
    private let appearing = AppearanceLock()
    private let leftovers: FolderLeftovers

    /// - Parameters:
    ///   - home: what `~` stands for: the absolute path of the person's home folder.
    ///   - look: what a plan would return, from a look at the disk. May take as long as the disk takes.
    package init(
        home: String, clock: WallClock = .system, leftovers: @escaping FolderLeftovers = { _ in },
        look: @escaping @Sendable (FolderPlan) -> JSONValue? = { $0.foreseen() }
    ) {
        self.home = home
        self.leftovers = leftovers
        self.clock = clock
        self.look = look
    }

    package func parse(_ node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) -> FolderStep {
        try FolderStep(parsing: node, in: scope, home: home)
    }

    /// Makes the folder, or finds the one that this event made before.
    ///
    /// Fails for good with `folder_exists`, `collision`, `not_a_folder`, `not_a_file`, `symlink_in_the_way`, `names_used_up`,
    /// `permission_denied`, `read_only`, `other_disk`, `too_long`, `file_too_large`, `unsupported`; for now with `no_space`,
    /// `out_of_resources`, `folder_changing`, `io_error`.
    package func perform(_ plan: FolderPlan, in run: StepRun) async -> StepOutcome {
        let cancellation = FolderCancellation()
        return await withTaskCancellationHandler {
            await lanes.run { [clock, appearing, leftovers] in
                FolderMaker(
                    plan: plan, event: run.event, step: run.step, now: clock.now(), appearing: appearing, leftovers: leftovers,
                    checkCancelled: cancellation.check
                ).outcome()
            }
        } onCancel: {
            cancellation.cancel()
        }
    }

    package func foresee(_ plan: FolderPlan) async -> JSONValue? { await sights.run { [look] in look(plan) } }
}

/// Carries the cancellation of a task to the thread that works for it.
private final class FolderCancellation: Sendable {
    private let isCancelled = Atomic(false)

    func cancel() { isCancelled.store(true, ordering: .relaxed) }

    func check() throws(FolderProblem) {
        if isCancelled.load(ordering: .relaxed) { throw .cancelled }
    }
}
