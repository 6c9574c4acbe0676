import DeskbridgeCore

/// Which events wait, as far as it is known, merged from what the feed tells and what the ledger holds at start.
///
/// A value without time or effect: the changes it gives out are for the sources.
struct WaitLedger: Sendable {
    enum Change: Sendable, Equatable {
        case began(EventRecord, WaitReason)
        case ended(EventID, WaitReason)
    }

    private var waits: [EventID: WaitReason] = [:]
    /// What ended while the ledger was being read: what was read of it may be out of date. Nil once all was read.
    private var endedMeanwhile: Set<EventID>? = []

    var count: Int { waits.count }

    /// - Returns: what changed, in order.
    mutating func hear(_ item: FeedItem) -> [Change] {
        switch item {
        case .accepted(let event): event.state == .waiting ? begin(event) : []
        case .changed(let change, _) where change.event.state == .waiting: end(change.event.id) + begin(change.event)
        case .changed(let change, _): end(change.event.id)
        case .output, .forgotten: []
        }
    }

    /// Takes in what was read from the ledger.
    mutating func read(_ events: [EventRecord]) -> [Change] {
        events.filter { waits[$0.id] == nil && endedMeanwhile?.contains($0.id) != true }.flatMap { begin($0) }
    }

    /// All of the ledger was read.
    mutating func finishReading() { endedMeanwhile = nil }

    private mutating func begin(_ event: EventRecord) -> [Change] {
        guard let reason = event.waitsFor else { return [] }
        waits[event.id] = reason
        return [.began(event, reason)]
    }

    private mutating func end(_ event: EventID) -> [Change] {
        endedMeanwhile?.insert(event)
        guard let reason = waits.removeValue(forKey: event) else { return [] }
        return [.ended(event, reason)]
    }
}
