import DeskbridgeCore
import Glibc
import Synchronization

/// Carries out one ``FolderPlan`` for one event. Its calls block.
///
/// A new folder is made whole in a staging folder and appears by one rename(2) that replaces nothing; what an existing folder lacks
/// appears the same way, piece by piece. So nothing half-made is ever seen, and whoever comes second finds the first one's folder.
struct FolderMaker {
    let plan: FolderPlan
    let event: EventID
    let step: String
    let now: Timestamp
    /// Held while names are compared with those that are there and appear beside them: two that differ only in case must not pass
    /// each other.
    let appearing: AppearanceLock
    let leftovers: FolderLeftovers
    let checkCancelled: () throws(FolderProblem) -> Void

    /// The name by which the new folder is known in its staging folder.
    private static let staged = "new"
    /// How often it looks for a free name when other processes are quicker, or a disk in the network lists too late what it holds.
    private static let rounds = 16

    func outcome() -> StepOutcome {
        do throws(FolderProblem) { return .succeeded(result: try run()) } catch { return error.outcome }
    }

    func run() throws(FolderProblem) -> JSONValue {
        try checkCancelled()
        let root = try RootFolder.open(plan.place)
        try StagingFolder.sweep(root, for: event, now: now, leftovers: leftovers)
        guard case .make = try choose(in: root) else { return try settle(in: root) }

        let staging = try StagingFolder(in: root, for: event, leftovers: leftovers)
        let writer = TreeWriter(mode: plan.mode, checkCancelled: checkCancelled)
        try writer.write(plan.folder, as: Self.staged, marker: marker, in: staging.own.directory)
        try checkCancelled()
        guard let name = try appear(from: staging.own.directory, in: root) else { return try settle(in: root) }
        return plan.result(named: name, created: true)
    }

    private var marker: EventMarker { EventMarker(event: event, step: step) }

    /// Ends the step with the folder that is there.
    private func settle(in root: borrowing Directory) throws(FolderProblem) -> JSONValue {
        let choice = try choose(in: root)
        switch choice {
        case .alreadyMade(let name):
            // The crash may have come before the name was on the disk.
            try ParentFolder(plan).sync(in: root)
            return plan.result(named: name, created: true)
        case .reuse:
            try fill(in: root)
            return plan.result(named: plan.folder.name.text, created: false)
        case .exists:
            throw .refused(
                code: "folder_exists",
                message: "the folder \(plan.shownPath) exists already: remove or rename it, or let ifExists be reuse or suffix")
        case .collides(let other): throw .collision(plan.folder.name, at: plan.shownPath, with: other)
        case .usedUp:
            throw .refused(
                code: "names_used_up",
                message: "\(plan.shownPath) and all its numbers up to _\(FolderChoice.highestNumber) exist: move some away")
        case .make: throw .contended(plan.shownPath)
        }
    }

    private func choose(in root: borrowing Directory) throws(FolderProblem) -> FolderChoice {
        let choice = try ParentFolder(plan).visit(in: root, making: false) { parent throws(FolderProblem) in try choose(beneath: parent) }
        return choice ?? .make(plan.folder.name.text)
    }

    private func choose(beneath parent: borrowing Directory) throws(FolderProblem) -> FolderChoice {
        let name = plan.folder.name
        return try FolderChoice(name, among: parent.names(), plan.ifExists) { candidate throws(FolderProblem) in
            do throws(FolderProblem) { return marker.stands(on: try parent.folder(candidate, shown: name.shown)) } catch {
                // A file, a link, or a folder that another user keeps to himself: none of them is ours.
                guard [ENOTDIR, ELOOP, EACCES, ENOENT].contains(error.errorNumber) else { throw error }
                return false
            }
        }
    }

    /// Lets the staged folder appear under the first name that is free; nil if there is none, or this event has its folder.
    private func appear(from staging: borrowing Directory, in root: borrowing Directory) throws(FolderProblem) -> String? {
        let name = try appearing.hold { () throws(FolderProblem) -> String? in
            try ParentFolder(plan).visit(in: root, making: true) { parent throws(FolderProblem) -> String? in
                for _ in 0..<Self.rounds {
                    guard case .make(let name) = try choose(beneath: parent) else { return nil }
                    if try parent.take(Self.staged, from: staging, as: name, shown: plan.folder.name.shown) { return name }
                }
                throw .contended(plan.shownPath)
            } ?? nil
        }
        if name != nil { try ParentFolder(plan).sync(in: root) }
        return name
    }

    private func fill(in root: borrowing Directory) throws(FolderProblem) {
        _ = try ParentFolder(plan).visit(in: root, making: false) { parent throws(FolderProblem) in
            let name = plan.folder.name
            if let kind = try parent.kind(of: name.text, shown: name.shown), kind != .folder {
                throw .inTheWay(kind, parent.path(of: name.shown))
            }
            let filler = FolderFiller(
                writer: TreeWriter(mode: plan.mode, checkCancelled: checkCancelled), event: event, appearing: appearing,
                leftovers: leftovers)
            try filler.fill(parent.folder(name.text, shown: name.shown), with: plan.folder.folder, stagingIn: root)
        }
    }
}

/// Excludes others while a folder's names are compared and added to.
final class AppearanceLock: Sendable {
    private let mutex = Mutex(())

    func hold<Result: Sendable>(_ body: () throws(FolderProblem) -> Result) throws(FolderProblem) -> Result {
        try mutex.withLock { _ throws(FolderProblem) in try body() }
    }
}
