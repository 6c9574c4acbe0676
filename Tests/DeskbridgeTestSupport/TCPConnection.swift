internal import Foundation
internal import Glibc
internal import Synchronization

/// A bare TCP connection to a port of this machine, read by a thread of its own.
package final class TCPConnection: Sendable {
    package struct ConnectionError: Error {
        package let message: String
    }

    private struct State {
        var isClosed = false
        /// What was received and not taken yet.
        var unread: [UInt8] = []
    }

    private let descriptor: Int32
    private let state = Mutex(State())
    /// Held while bytes are sent, which may take as long as the peer pleases.
    private let sending = Mutex(())
    private let arrivals = Mailbox<Void>()
    private let reading: DispatchSemaphore

    /// - Parameters:
    ///   - readsAtOnce: false for a peer that takes nothing until ``startReading()``.
    ///   - receiveBuffer: its size in bytes, if not what the kernel thinks best.
    package init(port: Int, host: String = "127.0.0.1", readsAtOnce: Bool = true, receiveBuffer: Int32? = nil) throws {
        descriptor = socket(host.contains(":") ? AF_INET6 : AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        reading = DispatchSemaphore(value: 0)
        if readsAtOnce { reading.signal() }
        if var receiveBuffer {
            setsockopt(descriptor, SOL_SOCKET, SO_RCVBUF, &receiveBuffer, socklen_t(MemoryLayout<Int32>.size))
        }
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard Self.connect(descriptor, host, port) else {
            let reason = String(cString: strerror(errno))
            Glibc.close(descriptor)
            throw ConnectionError(message: "cannot connect to port \(port): \(reason)")
        }
        Thread.detachNewThread { self.read() }
    }

    private static func connect(_ descriptor: Int32, _ host: String, _ port: Int) -> Bool {
        if host.contains(":") {
            var address = sockaddr_in6()
            address.sin6_family = sa_family_t(AF_INET6)
            address.sin6_port = in_port_t(port).bigEndian
            inet_pton(AF_INET6, host, &address.sin6_addr)
            return connect(descriptor, &address)
        }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        inet_pton(AF_INET, host, &address.sin_addr)
        return connect(descriptor, &address)
    }

    private static func connect<Address>(_ descriptor: Int32, _ address: inout Address) -> Bool {
        let length = socklen_t(MemoryLayout<Address>.size)
        return withUnsafeMutableBytes(of: &address) { bytes in
            bytes.baseAddress.map { Glibc.connect(descriptor, $0.assumingMemoryBound(to: sockaddr.self), length) == 0 } ?? false
        }
    }

    package func send(_ text: String) { send(Array(text.utf8)) }

    /// Sends all of it; what a peer that is gone does not take is lost.
    package func send(_ bytes: [UInt8]) {
        sending.withLock { _ in
            var rest = bytes[...]
            while !rest.isEmpty, !state.withLock({ $0.isClosed }) {
                let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if count < 0, errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    package func startReading() { reading.signal() }

    /// Says that nothing more is sent.
    package func finishSending() { end(Int32(SHUT_WR), isClosed: false) }

    /// Ends the connection at once, as a machine does that fails: the peer is sent a reset.
    package func cut() {
        state.withLock { state in
            guard !state.isClosed else { return }
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout<Glibc.linger>.size))
        }
        // Only what wakes the thread that reads: a FIN would tell the peer.
        end(Int32(SHUT_RD), isClosed: true)
        reading.signal()
    }

    package func close() {
        end(Int32(SHUT_RDWR), isClosed: true)
        reading.signal()
    }

    private func end(_ how: Int32, isClosed: Bool) {
        state.withLock { state in
            guard !state.isClosed else { return }
            state.isClosed = isClosed
            _ = shutdown(descriptor, how)
        }
    }

    /// What was received and not taken yet, once there is more than was there before; nil at the end of the connection.
    package func more() async -> [UInt8]? {
        while true {
            let bytes = state.withLock { state in
                defer { state.unread = [] }
                return state.unread
            }
            if !bytes.isEmpty { return bytes }
            guard await arrivals.first() != nil else {
                let last = state.withLock { state in
                    defer { state.unread = [] }
                    return state.unread
                }
                return last.isEmpty ? nil : last
            }
        }
    }

    /// All that comes until the peer ends the connection.
    package func rest() async -> [UInt8] {
        var bytes: [UInt8] = []
        while let more = await more() { bytes += more }
        return bytes
    }

    // Holds this alive until the connection is over, so that the descriptor is closed once, after its last use.
    private func read() {
        reading.wait()
        var buffer = [UInt8](repeating: 0, count: 65536)
        while true {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { break }
            state.withLock { $0.unread += buffer[..<count] }
            arrivals.put(())
        }
        state.withLock { $0.isClosed = true }
        sending.withLock { _ in _ = Glibc.close(descriptor) }
        arrivals.finish()
    }
}
