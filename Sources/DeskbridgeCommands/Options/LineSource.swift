internal import Glibc

/// Reads a file, or standard input for `-`, line by line: of the whole, however large, only one line is held.
///
/// It blocks: the command has nothing else to do until the next line is there.
enum LineSource {
    /// More than any record of ours is long.
    static let longest = 64 << 10

    /// Hands over each line without its ending, LF or CRLF, with its number from 1 on. Bytes that are no UTF-8 become U+FFFD.
    /// - Throws: ``CommandFailure`` if the file cannot be read or a line is too long, and whatever `take` throws.
    static func read(_ path: String, _ take: (_ number: Int, _ line: String) throws -> Void) throws {
        guard path != "-" else { return try lines(of: STDIN_FILENO, "standard input", take) }
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw PayloadSource.unreadable(path, errno) }
        defer { close(descriptor) }
        try lines(of: descriptor, path, take)
    }

    private static func lines(of descriptor: Int32, _ name: String, _ take: (Int, String) throws -> Void) throws {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        var line: [UInt8] = []
        var number = 1
        func finish() throws {
            if line.last == UInt8(ascii: "\r") { line.removeLast() }
            try take(number, String(decoding: line, as: UTF8.self))
            line.removeAll(keepingCapacity: true)
            number += 1
        }
        while true {
            let count = chunk.withUnsafeMutableBytes { Glibc.read(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 else {
                if errno == EINTR { continue }
                throw PayloadSource.unreadable(name, errno)
            }
            guard count > 0 else { break }
            var rest = chunk[..<count]
            while !rest.isEmpty {
                let end = rest.firstIndex(of: UInt8(ascii: "\n"))
                line += rest[..<(end ?? rest.endIndex)]
                guard line.count <= longest else {
                    throw CommandFailure(
                        "Line \(number) of \(name) is longer than \(longest >> 10) KiB, which no line of ours is. Is it the right file?",
                        .dataError)
                }
                guard let end else { break }
                try finish()
                rest = rest[(end + 1)...]
            }
        }
        if !line.isEmpty { try finish() }
    }
}
