import DeskbridgeCommands
import DeskbridgeCore
import Synchronization

/// A terminal whose texts a test can read, at 2026-11-21T09:00:00Z in UTC.
final class TestTerminal: Sendable {
    private struct Texts {
        var output = ""
        var error = ""
    }

    private let texts = Mutex(Texts())

    var output: String { texts.withLock { $0.output } }
    var error: String { texts.withLock { $0.error } }

    func terminal(columns: Int? = nil, isColoured: Bool = false) -> Terminal {
        Terminal(
            output: OutputChannel(columns: columns, isColoured: isColoured) { [self] (text) throws(ReaderIsGone) in
                texts.withLock { $0.output += text }
            },
            error: OutputChannel(columns: columns, isColoured: isColoured) { [self] (text) throws(ReaderIsGone) in
                texts.withLock { $0.error += text }
            },
            clock: WallClock { Self.now }, localTime: { String($0.description.dropFirst(11).prefix(8)) })
    }

    static let now = Timestamp(milliseconds: 1_795_251_600_000)

    /// What nobody reads from.
    static let closed = OutputChannel(columns: nil, isColoured: false) { _ throws(ReaderIsGone) in throw ReaderIsGone() }
}
