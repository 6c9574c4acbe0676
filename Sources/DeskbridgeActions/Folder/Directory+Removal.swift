import Glibc

extension Directory {
    /// Removes an empty folder, and does nothing if it is not empty or not there.
    func removeEmptyFolder(_ name: String) { unlinkat(descriptor, name, AT_REMOVEDIR) }

    /// Removes a folder of our own with all that lies in it, as far as that goes; what stays is for a later sweep.
    func removeTree(_ name: String) {
        guard unlinkat(descriptor, name, 0) != 0, errno == EISDIR || errno == EPERM else { return }
        if let folder = try? folder(name) {
            for inner in (try? folder.names()) ?? [] { folder.removeTree(inner) }
        }
        unlinkat(descriptor, name, AT_REMOVEDIR)
    }
}
