import DeskbridgeCore
import Glibc
import Logging

/// Why the bridge cannot listen.
package struct ListeningError: Error, CustomStringConvertible {
    package let description: String
}

/// The loopback addresses and the port that the bridge listens on, opened before anything starts.
struct Loopback {
    let addresses: [String]
    let port: Int
    let sockets: ListeningSockets

    /// How often a free port is looked for that all addresses have.
    private static let tries = 20

    /// An address family that this machine lacks is left out with a warning; a port that is taken is an error.
    static func choose(_ configuration: ListenConfiguration, logger: Logger) throws(ListeningError) -> Loopback {
        guard configuration.port == 0 else { return try openAll(configuration, logger) }
        // What the system found free on one address may be taken on the other.
        for _ in 1..<tries {
            do throws(ListeningError) { return try openAll(configuration, logger) } catch { continue }
        }
        return try openAll(configuration, logger)
    }

    private static func openAll(_ configuration: ListenConfiguration, _ logger: Logger) throws(ListeningError) -> Loopback {
        var port = configuration.port
        var addresses: [String] = []
        let sockets = ListeningSockets()
        for address in configuration.addresses {
            switch open(address, port, sockets) {
            case .listening(let chosen):
                port = chosen
                addresses.append(address)
            case .missing:
                logger.warning(
                    "this machine has no such address; going on without", metadata: ["event": "listen.missing", "address": "\(address)"])
            case .refused(EADDRINUSE):
                throw ListeningError(
                    description:
                        "Port \(port) of \(address) is taken by another program. Set another one in deskbridge.yaml, as listen: {port: \(port + 1)}, or find out who has it: ss -ltnp 'sport = :\(port)'"
                )
            case .refused(let cause):
                throw ListeningError(description: "Cannot listen on port \(port) of \(address): \(String(cString: strerror(cause)))")
            }
        }
        guard !addresses.isEmpty else {
            throw ListeningError(description: "This machine has none of the loopback addresses 127.0.0.1 and ::1")
        }
        return Loopback(addresses: addresses, port: port, sockets: sockets)
    }

    private enum Opening {
        case listening(port: Int)
        case missing
        case refused(Int32)
    }

    private static func open(_ address: String, _ port: Int, _ sockets: ListeningSockets) -> Opening {
        let isIPv6 = address.contains(":")
        let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
        let descriptor = socket(isIPv6 ? AF_INET6 : AF_INET, type, 0)
        guard descriptor >= 0 else { return errno == EAFNOSUPPORT ? .missing : .refused(errno) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard let bound = isIPv6 ? bind6(descriptor, address, port) : bind4(descriptor, address, port) else {
            let cause = errno
            close(descriptor)
            return cause == EADDRNOTAVAIL ? .missing : .refused(cause)
        }
        let cause = sockets.listen(descriptor)
        return cause == 0 ? .listening(port: bound) : .refused(cause)
    }

    private static func bind4(_ descriptor: Int32, _ address: String, _ port: Int) -> Int? {
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(port).bigEndian
        inet_pton(AF_INET, address, &name.sin_addr)
        return bind(descriptor, &name) { Int(in_port_t(bigEndian: $0.sin_port)) }
    }

    private static func bind6(_ descriptor: Int32, _ address: String, _ port: Int) -> Int? {
        var yes: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &yes, socklen_t(MemoryLayout<Int32>.size))
        var name = sockaddr_in6()
        name.sin6_family = sa_family_t(AF_INET6)
        name.sin6_port = in_port_t(port).bigEndian
        inet_pton(AF_INET6, address, &name.sin6_addr)
        return bind(descriptor, &name) { Int(in_port_t(bigEndian: $0.sin6_port)) }
    }

    private static func bind<Name>(_ descriptor: Int32, _ name: inout Name, port: (Name) -> Int) -> Int? {
        var length = socklen_t(MemoryLayout<Name>.size)
        let isBound = withUnsafeMutableBytes(of: &name) { bytes in
            guard let address = bytes.baseAddress?.assumingMemoryBound(to: sockaddr.self) else { return false }
            return Glibc.bind(descriptor, address, length) == 0 && getsockname(descriptor, address, &length) == 0
        }
        return isBound ? port(name) : nil
    }
}
