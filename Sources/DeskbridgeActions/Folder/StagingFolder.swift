import DeskbridgeCore
import Glibc

/// A hidden folder beneath the root in which all is made before it appears.
///
/// It is called `.deskbridge-EVENT-RANDOM`, and only its owner may look into it.
struct StagingFolder: ~Copyable {
    /// What a crash leaves behind is swept after this time, in seconds, whichever event it belonged to.
    static let longestStay: Int64 = 86_400
    private static let prefix = ".deskbridge-"

    let own: OwnFolder
    private let leftovers: FolderLeftovers

    init(in root: borrowing Directory, for event: EventID, leftovers: @escaping FolderLeftovers) throws(FolderProblem) {
        let random = String(UInt64.random(in: .min ... .max), radix: 16)
        let name = Self.prefix + "\(event)-" + String(repeating: "0", count: 16 - random.count) + random
        own = try OwnFolder(making: name, in: root.reopened())
        self.leftovers = leftovers
    }

    /// Whatever did not leave it by appearing goes with it.
    deinit {
        var removal = TreeRemoval()
        if !own.remove(&removal) { leftovers(own.directory.path) }
    }

    /// Removes what crashes left behind: of this event all, as nothing else works for it now; of others what is too old to be in use.
    ///
    /// A folder that only bears such a name, and not the bridge's mark, stays with all that is in it.
    static func sweep(
        _ root: borrowing Directory, for event: EventID, now: Timestamp, removal: TreeRemoval = TreeRemoval(), leftovers: FolderLeftovers
    ) throws(FolderProblem) {
        var removal = removal
        for name in try root.names() {
            guard let owner = owner(of: name), let status = try root.status(of: name),
                EntryKind(mode: status.st_mode) == .folder, status.st_uid == geteuid()
            else { continue }
            let isOld = Int64(status.st_mtim.tv_sec) < now.milliseconds / 1000 - longestStay
            guard owner == event || isOld else { continue }
            if let left = OwnFolder(leftAs: name, in: root) {
                if !left.remove(&removal) { leftovers(root.path(of: name)) }
            } else {
                // The crash may have come before the mark.
                root.removeEmptyFolder(name)
            }
        }
    }

    /// The event in the name of a staging folder.
    static func owner(of name: String) -> EventID? {
        let parts = name.utf8.count == prefix.utf8.count + 36 + 1 + 16 && name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : ""
        let random = parts.dropFirst(37)
        guard parts.dropFirst(36).first == "-", random.utf8.count == 16,
            random.utf8.allSatisfy({ (0x30...0x39).contains($0) || (0x61...0x66).contains($0) })
        else { return nil }
        return EventID(parts.prefix(36))
    }
}
