package import DeskbridgeActions
package import DeskbridgeCore
internal import Glibc

/// Reads one file of the person's own: the configuration, an action, a policy.
package enum DefinitionSource {
    private static let largestFile = 1 << 20

    /// - Parameter name: how messages name the file, such as `actions/a.yaml`.
    /// - Throws: ``DefinitionErrors`` if it cannot be read, is larger than 1 MiB, or somebody else may write it.
    package static func read(_ path: String, named name: String) throws(DefinitionErrors) -> DefinitionFile {
        do throws(Refusal) { return DefinitionFile(name: name, bytes: try contents(of: path)) } catch {
            throw DefinitionErrors([DefinitionError(SourceLocation(file: name, line: 1, column: 1), error.reason)])
        }
    }

    static func message(_ objection: FileAuthorship.Objection) -> String {
        "\(objection.reason), and so what runs under your account: \(objection.remedy)"
    }

    private struct Refusal: Error {
        let reason: String
    }

    /// Reads no more than the limit, and never waits for a writer: a named pipe among the files must not stop the bridge.
    private static func contents(of path: String) throws(Refusal) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw Refusal(reason: "the file cannot be read: \(String(cString: strerror(errno)))") }
        defer { close(descriptor) }
        var facts = stat()
        guard fstat(descriptor, &facts) == 0, facts.st_mode & S_IFMT == S_IFREG else {
            throw Refusal(reason: "this is no regular file; move it out of the folder")
        }
        if let objection = FileAuthorship.objection(to: facts, at: path) { throw Refusal(reason: message(objection)) }
        var bytes = [UInt8](repeating: 0, count: largestFile + 1)
        var count = 0
        while count < bytes.count {
            let piece = bytes.withUnsafeMutableBytes { bytes in
                let rest = UnsafeMutableRawBufferPointer(rebasing: bytes[count...])
                return Glibc.read(descriptor, rest.baseAddress, rest.count)
            }
            if piece < 0, errno == EINTR { continue }
            guard piece >= 0 else { throw Refusal(reason: "the file cannot be read: \(String(cString: strerror(errno)))") }
            if piece == 0 { break }
            count += piece
        }
        guard count <= largestFile else { throw Refusal(reason: "the file is larger than 1 MiB") }
        return Array(bytes[..<count])
    }
}
