package import DeskbridgeCore
internal import Synchronization

/// Time that passes when a test says so: the time of day and the time between two moments.
package final class ManualTime: Sendable {
    private struct State {
        var wall = Timestamp(milliseconds: 1_800_000_000_000)
        var monotonic = Duration.seconds(1000)
    }

    private let state = Mutex(State())

    package init() {}

    package var now: Timestamp { state.withLock { $0.wall } }

    package var wall: WallClock { WallClock { self.state.withLock { $0.wall } } }
    package var monotonic: MonotonicClock { MonotonicClock { self.state.withLock { $0.monotonic } } }

    package func pass(_ duration: Duration) {
        state.withLock { state in
            state.wall = state.wall + duration
            state.monotonic += duration
        }
    }
}
