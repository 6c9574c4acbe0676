import Glibc
import Synchronization

/// A folder for the temporary files of one process. Only this user can enter it.
final class PrivateFolder: Sendable {
    private static let parent = "/tmp"
    private static let prefix = "deskbridge-step-"
    /// So old is what is swept at least, in seconds: one that is being made is not locked yet.
    private static let shortestStay = 3600
    /// Whether a crash, or a process that made more than could be removed at once, may have left some behind.
    private static let mayHaveLeftovers = Atomic(true)

    private let own: OwnFolder

    var path: String { own.directory.path }
    /// Refers to it.
    var place: Descriptor { own.directory.held }

    /// Blocks.
    init() throws(FolderProblem) {
        let name = Self.prefix + String(UInt64.random(in: .min ... .max), radix: 16)
        own = try OwnFolder(making: name, in: Directory(following: Self.parent))
        // Until it is let go of, by our end at the latest, no sweep takes it.
        guard own.directory.lock() else { throw .last("keep the folder \(own.directory.path)") }
    }

    deinit {
        // Nothing is left of it if it was removed as it should be.
        var removal = TreeRemoval()
        if !own.remove(&removal) { Self.mayHaveLeftovers.store(true, ordering: .relaxed) }
    }

    /// Removes it with all in it, as far as the time goes. Blocks.
    func remove(leftovers: FolderLeftovers) {
        var removal = TreeRemoval()
        guard !own.remove(&removal) else { return }
        Self.mayHaveLeftovers.store(true, ordering: .relaxed)
        leftovers(path)
    }

    /// Removes what no process uses any more. Blocks.
    static func sweep(leftovers: FolderLeftovers) {
        guard mayHaveLeftovers.exchange(false, ordering: .relaxed), let parent = try? Directory(following: parent),
            let names = try? parent.names()
        else { return }
        var removal = TreeRemoval()
        for name in names where name.hasPrefix(prefix) {
            guard let status = try? parent.status(of: name), status.st_mtim.tv_sec < time(nil) - shortestStay,
                let left = OwnFolder(leftAs: name, in: parent), left.directory.lock(), !left.remove(&removal)
            else { continue }
            mayHaveLeftovers.store(true, ordering: .relaxed)
            leftovers(parent.path(of: name))
        }
    }
}

extension Directory {
    /// Takes the lock of the folder (flock(2)); false with errno set if somebody else has it.
    fileprivate func lock() -> Bool { flock(descriptor, LOCK_EX | LOCK_NB) == 0 }
}
