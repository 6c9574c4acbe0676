// libdispatch documents its objects as safe to use from any thread; its Linux overlay does not say so to the compiler.
@preconcurrency internal import Dispatch
internal import Glibc
internal import Synchronization

/// Tells when something changes in a set of folders (inotify(7)). Many changes at once may be told as one.
///
/// A folder may be missing, and may be replaced by another one: then the one that takes its place is watched.
struct FolderChanges: Sendable {
    let changes: AsyncStream<Void>

    /// - Throws: ``FolderChangesError`` if the kernel refuses to watch.
    init(folders: [String]) throws(FolderChangesError) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw FolderChangesError(folder: "", errno: errno) }
        do throws(FolderChangesError) { try Self.watch(folders, descriptor) } catch {
            close(descriptor)
            throw error
        }

        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "deskbridge.definitions"))
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while read(descriptor, &buffer, buffer.count) > 0 {}
            // A folder may have come, or have been replaced. One that cannot be watched now could be before: it stays unwatched.
            try? Self.watch(folders, descriptor)
            continuation.yield()
        }
        source.setCancelHandler { close(descriptor) }
        continuation.onTermination = { _ in source.cancel() }
        source.activate()
        changes = stream
    }

    /// Watches the folders for files, and the folders around them for their coming and going. What is watched already stays so.
    private static func watch(_ folders: [String], _ descriptor: CInt) throws(FolderChangesError) {
        // A file that was refused because of its mode may have been given another.
        let files = UInt32(IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR | IN_MASK_ADD)
        let comings = UInt32(IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR | IN_MASK_ADD)
        for folder in folders {
            // Without the right to read the parent a folder can still be watched; only its replacement goes unnoticed.
            _ = inotify_add_watch(descriptor, parent(of: folder), comings)
            guard inotify_add_watch(descriptor, folder, files) < 0, errno != ENOENT else { continue }
            throw FolderChangesError(folder: folder, errno: errno)
        }
    }

    private static func parent(of folder: String) -> String {
        let path = folder.last == "/" ? folder.dropLast() : folder[...]
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// Why folders cannot be watched.
struct FolderChangesError: Error, CustomStringConvertible {
    let folder: String
    let errno: Int32

    var description: String { "cannot watch \(folder.isEmpty ? "folders" : folder): \(String(cString: strerror(errno)))" }
}
