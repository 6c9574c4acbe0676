// libdispatch documents its objects as safe to use from any thread; its Linux overlay does not say so to the compiler.
@preconcurrency internal import Dispatch
internal import Glibc
internal import Synchronization

/// Tells when something changes in a set of folders (inotify(7)). Many changes at once may be told as one.
///
/// A folder may be missing, also along with the folders around it, and may be replaced by another one: then the one that takes its place is
/// watched.
struct FolderChanges: Sendable {
    let changes: AsyncStream<Void>

    /// Waits for the file system: not to be called from a task.
    /// - Throws: ``FolderChangesError`` if the kernel refuses to watch.
    init(folders: [String]) throws(FolderChangesError) {
        let descriptor = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
        guard descriptor >= 0 else { throw FolderChangesError(folder: "", errno: errno) }
        let watched: Set<CInt>
        do throws(FolderChangesError) { watched = try Self.watch(folders, descriptor) } catch {
            close(descriptor)
            throw error
        }

        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let source = DispatchSource.makeReadSource(
            fileDescriptor: descriptor, queue: DispatchQueue(label: "deskbridge.definitions"))
        let kept = Watches(watched)
        source.setEventHandler {
            var buffer = [UInt8](repeating: 0, count: 4096)
            while read(descriptor, &buffer, buffer.count) > 0 {}
            // A folder may have come, or have been replaced. One that cannot be watched now could be before: it stays unwatched.
            if let watched = try? Self.watch(folders, descriptor) {
                // A folder further out was watched for what has come now; what happens there is of no interest any more.
                for watch in kept.replace(by: watched) { inotify_rm_watch(descriptor, watch) }
            }
            continuation.yield()
        }
        source.setCancelHandler { close(descriptor) }
        continuation.onTermination = { _ in source.cancel() }
        source.activate()
        changes = stream
    }

    /// Watches the folders for files, and the nearest folders around them that are there for their coming and going. What is watched already
    /// stays so.
    ///
    /// - Returns: the numbers of the watches.
    private static func watch(_ folders: [String], _ descriptor: CInt) throws(FolderChangesError) -> Set<CInt> {
        // A file that was refused because of its mode may have been given another.
        let files = UInt32(IN_ATTRIB | IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE | IN_ONLYDIR | IN_MASK_ADD)
        let comings = UInt32(
            IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM | IN_MOVE_SELF | IN_DELETE | IN_DELETE_SELF | IN_ONLYDIR | IN_MASK_ADD)
        var watches: Set<CInt> = []
        for folder in folders {
            // Without the right to read the parent a folder can still be watched; only its replacement goes unnoticed.
            var around: CInt = -1
            var missing: [String] = []
            var place = parent(of: folder)
            while true {
                around = inotify_add_watch(descriptor, place, comings)
                if around >= 0 || place == "/" || place == "." { break }
                missing.append(place)
                place = parent(of: place)
            }
            // What came before the watch around it was there is not told: so, after each look from within, one from without.
            while let next = missing.popLast() {
                let watch = inotify_add_watch(descriptor, next, comings)
                if watch < 0 { break }
                around = watch
            }
            if around >= 0 { watches.insert(around) }
            let watch = inotify_add_watch(descriptor, folder, files)
            if watch >= 0 {
                watches.insert(watch)
            } else if errno != ENOENT {
                throw FolderChangesError(folder: folder, errno: errno)
            }
        }
        return watches
    }

    private static func parent(of folder: String) -> String {
        let path = folder.last == "/" ? folder.dropLast() : folder[...]
        guard let slash = path.lastIndex(of: "/") else { return "." }
        return slash == path.startIndex ? "/" : String(path[..<slash])
    }
}

/// The numbers of the watches that are in force.
private final class Watches: Sendable {
    private let numbers: Mutex<Set<CInt>>

    init(_ numbers: Set<CInt>) { self.numbers = Mutex(numbers) }

    /// - Returns: those that are needed no more.
    func replace(by next: Set<CInt>) -> Set<CInt> {
        numbers.withLock { numbers in
            defer { numbers = next }
            return numbers.subtracting(next)
        }
    }
}

/// Why folders cannot be watched.
struct FolderChangesError: Error, CustomStringConvertible {
    let folder: String
    let errno: Int32

    var description: String { "cannot watch \(folder.isEmpty ? "folders" : folder): \(String(cString: strerror(errno)))" }
}
