import DeskbridgeTestSupport
import Foundation
import Glibc

/// A peer on the control socket that asks for a stream of server-sent events and reads only what it is told to.
final class UnreadStream: Sendable {
    private let descriptor: Int32

    /// - Parameter fields: more lines of the head of the request, each with its end.
    init(socket path: String, target: String, fields: String = "") throws {
        descriptor = Glibc.socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        var name = sockaddr_un()
        name.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
        let isConnected = withUnsafeBytes(of: &name) { bytes in
            bytes.baseAddress.map { connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self), socklen_t(bytes.count)) == 0 } ?? false
        }
        let request = "GET \(target) HTTP/1.1\r\nHost: localhost\r\n\(fields)\r\n"
        guard isConnected else { throw NeverCame("a connection to \(path)", instead: []) }
        try send(Array(request.utf8))
    }

    deinit { close(descriptor) }

    /// Sends what the other side's buffers hold in one piece.
    func send(_ bytes: [UInt8]) throws {
        guard write(descriptor, bytes, bytes.count) == bytes.count else { throw NeverCame("room for \(bytes.count) bytes", instead: []) }
    }

    /// Reads until this text came. Waits on a thread of its own.
    func read(until text: String) async throws {
        let found = await onOwnThread { descriptor in
            var bytes: [UInt8] = []
            var byte: UInt8 = 0
            while Glibc.read(descriptor, &byte, 1) == 1 {
                bytes.append(byte)
                if bytes.suffix(text.utf8.count).elementsEqual(text.utf8) { return true }
            }
            return false
        }
        guard found else { throw NeverCame(text, instead: []) }
    }

    /// Waits, without reading, until the other side has closed the connection.
    func closed() async {
        await onOwnThread { descriptor in
            var event = pollfd(fd: descriptor, events: Int16(0x2000), revents: 0)  // POLLRDHUP of poll(2), hidden by _GNU_SOURCE
            while poll(&event, 1, -1) == -1, errno == EINTR {}
        }
    }

    @discardableResult
    private func onOwnThread<Value: Sendable>(_ body: @escaping @Sendable (Int32) -> Value) async -> Value {
        let descriptor = descriptor
        return await withCheckedContinuation { continuation in
            Thread.detachNewThread { continuation.resume(returning: body(descriptor)) }
        }
    }
}
