import CLinux
import Glibc

extension Directory {
    /// Moves an entry of another folder here under a name that is free; false, and nothing is done, if it is taken.
    ///
    /// renameat2(2) with RENAME_NOREPLACE. Disks that lack it (NFS) answer EINVAL: there the name is first taken by link(2) or
    /// mkdir(2), which replace nothing either. A folder then is seen empty for an instant before rename(2) puts the whole one in its place.
    func take(_ name: String, from other: borrowing Directory, as newName: String, shown: String? = nil) throws(FolderProblem) -> Bool {
        if deskbridge_rename_noreplace(other.descriptor, name, descriptor, newName) == 0 { return true }
        switch errno {
        case EEXIST: return false
        case EINVAL: return try takeInSteps(name, from: other, as: newName, shown: shown)
        default: throw .last("make \(path(of: shown ?? newName)) appear")
        }
    }

    func takeInSteps(
        _ name: String, from other: borrowing Directory, as newName: String, shown: String?
    ) throws(FolderProblem) -> Bool {
        let doing = "make \(path(of: shown ?? newName)) appear"
        guard try other.kind(of: name) == .folder else {
            if linkat(other.descriptor, name, descriptor, newName, 0) == 0 { return true }
            guard errno == EEXIST else { throw .last(doing) }
            return false
        }
        guard try makeFolder(newName, shown: shown) else { return false }
        if renameat(other.descriptor, name, descriptor, newName) == 0 { return true }
        let problem = FolderProblem.last(doing)
        removeEmptyFolder(newName)
        // Somebody put something into the empty folder, and so took the name.
        guard problem.errorNumber == ENOTEMPTY || problem.errorNumber == EEXIST else { throw problem }
        return false
    }
}
