internal import Glibc

/// Reads a payload from a file, or from standard input for `-`.
///
/// It blocks: the command has nothing else to do until the payload is there.
package enum PayloadSource {
    /// More than any daemon takes in one message.
    static let largest = 16 * 1024 * 1024

    package static func read(_ path: String) throws(CommandFailure) -> [UInt8] {
        guard path != "-" else { return try bytes(of: STDIN_FILENO, name: "standard input") }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        return try bytes(of: descriptor, name: path)
    }

    private static func bytes(of descriptor: Int32, name: String) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 64 * 1024)
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(name, errno)
            }
            bytes += chunk[..<count]
            guard bytes.count <= largest else {
                throw CommandFailure("\(name) holds more than the 16 MiB a payload may have.", .dataError)
            }
        }
    }

    static func unreadable(_ name: String, _ code: Int32) -> CommandFailure {
        CommandFailure("Cannot read \(name): \(String(cString: strerror(code))).", .dataError)
    }
}
