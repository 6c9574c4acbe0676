package import DeskbridgeActions
package import DeskbridgeCore
internal import Glibc

/// A folder of YAML files, read as a whole.
package struct DefinitionFolder: Sendable, Hashable {
    private static let largestFile = 1 << 20

    package let path: String
    /// How messages name the folder, such as `actions`.
    package let name: String

    package init(path: String, name: String) {
        self.path = path
        self.name = name
    }

    /// The folder's `*.yaml` and `*.yml` files in the order of their names; hidden files and folders are passed over.
    ///
    /// A folder that isn't there has no files.
    package func read() throws(DefinitionErrors) -> [DefinitionFile] {
        let names = try names()
        var files: [DefinitionFile] = []
        for file in names.sorted() where !file.hasPrefix(".") && (file.hasSuffix(".yaml") || file.hasSuffix(".yml")) {
            let shown = "\(name)/\(file)"
            do throws(DefinitionFileError) {
                files.append(DefinitionFile(name: shown, bytes: try Self.contents(of: "\(path)/\(file)")))
            } catch {
                throw failure(shown, error.reason)
            }
        }
        return files
    }

    private func names() throws(DefinitionErrors) -> [String] {
        guard let stream = opendir(path) else {
            if errno == ENOENT { return [] }
            throw failure(name, "the folder \(path) cannot be read: \(String(cString: strerror(errno)))")
        }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            names.append(withUnsafeBytes(of: &entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
        }
        return names
    }

    /// Reads no more than the limit, and never waits for a writer: a named pipe among the files must not stop the bridge.
    private static func contents(of path: String) throws(DefinitionFileError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw DefinitionFileError(reason: "the file cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw DefinitionFileError(reason: "this is no regular file; move it out of the folder")
        }
        var bytes = [UInt8](repeating: 0, count: largestFile + 1)
        var count = 0
        while count < bytes.count {
            let piece = bytes.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress! + count, $0.count - count) }
            if piece < 0, errno == EINTR { continue }
            guard piece >= 0 else { throw DefinitionFileError(reason: "the file cannot be read: \(String(cString: strerror(errno)))") }
            if piece == 0 { break }
            count += piece
        }
        guard count <= largestFile else { throw DefinitionFileError(reason: "the file is larger than 1 MiB") }
        return Array(bytes[..<count])
    }

    private func failure(_ file: String, _ message: String) -> DefinitionErrors {
        DefinitionErrors([DefinitionError(SourceLocation(file: file, line: 1, column: 1), message)])
    }
}

/// Why one file cannot be read.
private struct DefinitionFileError: Error {
    let reason: String
}
