import DeskbridgeCore

/// Slows down an event that says it must wait, is released at once, and says so again: it would run in circles as fast as the disk can
/// write.
struct WaitPace: Sendable {
    /// So many short waits in a row cost nothing: a name may come just while an event begins to wait.
    static let freeReturns = 3
    static let pause = Duration.seconds(1)

    private struct Round {
        var began: Timestamp
        var shortWaits = 0
    }

    private var rounds: [EventID: Round] = [:]

    /// A wait begins.
    mutating func began(_ event: EventID, at moment: Timestamp) { rounds[event, default: Round(began: moment)].began = moment }

    /// A wait ends because what was waited for is there.
    /// - Returns: when the event may run.
    mutating func ended(_ event: EventID, at moment: Timestamp) -> Timestamp {
        guard var round = rounds[event] else { return moment }
        round.shortWaits = moment - round.began < Self.pause ? round.shortWaits + 1 : 0
        rounds[event] = round
        return round.shortWaits > Self.freeReturns ? moment + Self.pause : moment
    }

    /// The event has ended.
    mutating func forget(_ event: EventID) { rounds[event] = nil }
}
