import Synchronization

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
