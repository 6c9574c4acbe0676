import Hummingbird
import Synchronization

/// One place where the bridge listens.
enum Entrance: Sendable {
    case tcp(String, port: Int)
    case control(String)

    var address: BindAddress {
        switch self {
        case .tcp(let host, let port): .hostname(host, port: port)
        case .control(let path): .unixDomainSocket(path: path)
        }
    }

    var isControl: Bool {
        if case .control = self { true } else { false }
    }

    /// As URLs spell it; nil for the control socket.
    var shown: String? {
        guard case .tcp(let host, let port) = self else { return nil }
        return host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}

/// Where the bridge listens, once it does.
package struct ListeningReport: Sendable {
    package let port: Int
    /// As URLs spell them, such as `127.0.0.1:7420`.
    package let addresses: [String]
    package let controlSocket: String
}

/// Tells once all entrances are open.
final class OpenedEntrances: Sendable {
    private let missing: Mutex<Int>
    private let all: @Sendable () -> Void

    init(count: Int, all: @escaping @Sendable () -> Void) {
        missing = Mutex(count)
        self.all = all
    }

    func open() {
        let isLast = missing.withLock { missing in
            missing -= 1
            return missing == 0
        }
        if isLast { all() }
    }
}
