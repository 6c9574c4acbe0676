import DeskbridgeCore

/// Decides which new events get a slot at once, so that none overtakes another that waits for the same slot.
struct Admissions: Sendable {
    /// How a new event goes into the ledger.
    enum Place: Sendable, Hashable {
        /// With a slot taken for it: its attempt begins as soon as it is stored.
        case slot(ConcurrencyGroup)
        /// Behind those that wait for a slot.
        case queue

        var isSlot: Bool { self != .queue }
    }

    /// A look into the ledger for events to claim.
    struct Look: Sendable {
        fileprivate let arrivals: UInt64
    }

    private(set) var slots: Slots
    /// Whether older events may be waiting for a slot: then new ones queue up behind them.
    private(set) var hasBacklog = true
    /// Events on their way into the ledger with a slot.
    private(set) var claiming = 0
    private(set) var isClosed = false
    /// Events on their way into the ledger without one: nobody may overtake them either.
    private var queueing = 0
    /// Counts what was queued, so that a look into the ledger knows whether it has seen all of it.
    private var arrivals: UInt64 = 0

    init(slots: Slots) { self.slots = slots }

    mutating func admit(_ group: ConcurrencyGroup, limit: Int?) -> Place {
        guard !isClosed, !hasBacklog, queueing == 0, slots.take(group, limit: limit) else {
            queueing += 1
            return .queue
        }
        claiming += 1
        return .slot(group)
    }

    /// A new event is stored.
    mutating func stored(_ place: Place) {
        switch place {
        case .slot: claiming -= 1
        case .queue:
            queueing -= 1
            queued()
        }
    }

    /// A new event was not stored after all.
    mutating func withdrawn(_ place: Place) {
        switch place {
        case .slot(let group):
            claiming -= 1
            slots.release(group)
        case .queue: queueing -= 1
        }
    }

    /// An event waits for a slot.
    mutating func queued() {
        arrivals += 1
        hasBacklog = true
    }

    mutating func occupy(_ group: ConcurrencyGroup) { slots.occupy(group) }

    mutating func release(_ group: ConcurrencyGroup) { slots.release(group) }

    /// While the look lasts, new events queue up.
    mutating func beginLook() -> Look {
        hasBacklog = true
        return Look(arrivals: arrivals)
    }

    /// - Parameter isLeft: whether due events were left in the ledger.
    mutating func end(_ look: Look, isLeft: Bool) { hasBacklog = isLeft || arrivals != look.arrivals }

    /// Gives no more slots to new events.
    mutating func close() { isClosed = true }
}
