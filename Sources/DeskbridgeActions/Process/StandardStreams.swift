import CLinux
import Glibc
import SystemPackage

/// The descriptors that become a process's standard input, output and error, and our ends of them.
struct StandardStreams: Sendable {
    /// Given to the process. They have to be let go of once it has them, or its output never ends.
    let input: Descriptor
    let output: Descriptor
    let error: Descriptor
    /// Our ends, which their readers close.
    let outputReader: CInt
    let errorReader: CInt

    /// - Parameter input: what stands on standard input. It is put into memory that looks like a file, so that a program that
    ///   doesn't read it holds up nobody.
    init(input text: String?) throws(Errno) {
        var opened: [CInt] = []
        do {
            let input = try Self.input(text)
            opened.append(input)
            let output = try Self.pipe()
            opened += [output.reading, output.writing]
            let error = try Self.pipe()
            self.input = Descriptor(input)
            self.output = Descriptor(output.writing)
            self.error = Descriptor(error.writing)
            outputReader = output.reading
            errorReader = error.reading
        } catch {
            for descriptor in opened { close(descriptor) }
            throw error
        }
    }

    private static func input(_ text: String?) throws(Errno) -> CInt {
        guard var text else { return try checked(open("/dev/null", O_RDONLY | O_CLOEXEC)) }
        return try checked(text.withUTF8 { deskbridge_memory_file($0.baseAddress, $0.count) })
    }

    static func pipe() throws(Errno) -> (reading: CInt, writing: CInt) {
        var ends: [CInt] = [-1, -1]
        _ = try checked(deskbridge_pipe(&ends))
        return (ends[0], ends[1])
    }

    private static func checked(_ result: CInt) throws(Errno) -> CInt {
        guard result >= 0 else { throw Errno(rawValue: errno) }
        return result
    }
}
