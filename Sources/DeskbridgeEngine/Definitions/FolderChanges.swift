// libdispatch documents its objects as safe to use from any thread; its Linux overlay does not say so to the compiler.
@preconcurrency internal import Dispatch
internal import Glibc
internal import Synchronization

/// Tells when something changes in a set of folders (inotify(7)). Many changes at once may be told as one.
struct FolderChanges: Sendable {
    let changes: AsyncStream<Void>

    /// - Throws: `Errno`-like ``FolderChangesError`` if the kernel refuses to watch.
    init(folders: [String]) throws(FolderChangesError) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw FolderChangesError(folder: "", errno: errno) }
        let mask = UInt32(IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR)
        for folder in folders where inotify_add_watch(descriptor, folder, mask) < 0 && errno != ENOENT {
            let cause = errno
            close(descriptor)
            throw FolderChangesError(folder: folder, errno: cause)
        }

        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "deskbridge.definitions"))
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while read(descriptor, &buffer, buffer.count) > 0 {}
            continuation.yield()
        }
        source.setCancelHandler { close(descriptor) }
        continuation.onTermination = { _ in source.cancel() }
        source.activate()
        changes = stream
    }
}

/// Why folders cannot be watched.
struct FolderChangesError: Error, CustomStringConvertible {
    let folder: String
    let errno: Int32

    var description: String { "cannot watch \(folder.isEmpty ? "folders" : folder): \(String(cString: strerror(errno)))" }
}
