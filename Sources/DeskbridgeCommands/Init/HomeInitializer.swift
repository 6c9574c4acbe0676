package import DeskbridgeCore
internal import Glibc

/// Makes the folders and starter files of a home. What a person may have written stays as it is.
package struct HomeInitializer: Sendable {
    /// What was done about one path.
    package enum Entry: Sendable, Equatable {
        case made(String)
        case kept(String)
        /// It was of another version.
        case renewed(String)
    }

    private let home: BridgeHome

    package init(home: BridgeHome) { self.home = home }

    /// Folders are for this user alone (0700), and so are files (0600).
    /// - Throws: ``CommandFailure`` for a path that cannot be made.
    package func run(port: Int) throws(CommandFailure) -> [Entry] {
        try [
            file(home.configurationFile, StarterFiles.configuration(port: port)),
            file("\(home.actions)/create-resource.yaml", StarterFiles.createResource),
            file("\(home.policies)/default.yaml", StarterFiles.defaultPolicy),
        ] + schemas() + [folder(home.state)]
    }

    /// Writes the schemas that editors read. They are not for people to change, so one of another version is replaced.
    /// - Throws: ``CommandFailure`` for a path that cannot be made.
    package func schemas() throws(CommandFailure) -> [Entry] {
        var entries: [Entry] = []
        for schema in SchemaFile.allCases { entries.append(try current("\(home.schemas)/\(schema.name)", schema.text)) }
        return entries
    }

    /// Makes the file, or has another one take its place at once if it says something else.
    private func current(_ path: String, _ text: String) throws(CommandFailure) -> Entry {
        guard FileFacts(path) != nil else { return try file(path, text) }
        if let bytes = try? PayloadSource.read(path), bytes.elementsEqual(text.utf8) { return .kept(path) }
        let new = "\(path).new"
        unlink(new)
        _ = try file(new, text)
        guard rename(new, path) == 0 else { throw failure("replace", path, errno) }
        return .renewed(path)
    }

    private func folder(_ path: String) throws(CommandFailure) -> Entry {
        if mkdir(path, 0o700) == 0 { return .made(path) }
        switch errno {
        case ENOENT:
            guard let slash = path.lastIndex(of: "/"), slash != path.startIndex else { throw failure("make", path, ENOENT) }
            _ = try folder(String(path[..<slash]))
            return try folder(path)
        case EEXIST:
            var status = stat()
            guard stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { throw failure("make", path, ENOTDIR) }
            return .kept(path)
        case let code: throw failure("make", path, code)
        }
    }

    private func file(_ path: String, _ text: String) throws(CommandFailure) -> Entry {
        if let slash = path.lastIndex(of: "/") { _ = try folder(String(path[..<slash])) }
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            guard errno == EEXIST else { throw failure("make", path, errno) }
            return .kept(path)
        }
        defer { close(descriptor) }
        let bytes = Array(text.utf8)
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else {
                let code = errno
                // A half-written starter file would be kept by the next try.
                unlink(path)
                throw failure("write", path, code)
            }
            written += max(0, count)
        }
        return .made(path)
    }

    private func failure(_ verb: String, _ path: String, _ code: Int32) -> CommandFailure {
        CommandFailure("Cannot \(verb) \(path): \(String(cString: strerror(code))).", .configuration)
    }
}
