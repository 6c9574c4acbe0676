import DeskbridgeCore

/// Which of the events that ask have a place at the desk: a few at one time, the oldest first, and no client takes all.
///
/// A value without effects; time is handed in.
struct DeskPlaces: Sendable {
    static let most = 5
    static let mostOfOneClient = 3
    /// How many notifications one client may cause, so that none makes the desktop flicker.
    static let rate = Rate(count: 10, window: .seconds(60))

    private var asking: [EventID: EventRecord] = [:]
    private(set) var shown: Set<EventID> = []
    /// Put aside by the person: they wait on, but are not shown again.
    private var dismissed: Set<EventID> = []
    private var rates: [ClientName: RateWindow] = [:]

    var isEmpty: Bool { asking.isEmpty }

    /// The events that ask and are neither shown nor put aside.
    var others: Int { asking.count - shown.count - dismissed.count }

    func event(_ id: EventID) -> EventRecord? { asking[id] }

    mutating func ask(_ event: EventRecord) { asking[event.id] = event }

    /// The event asks no more.
    mutating func end(_ id: EventID) {
        asking[id] = nil
        shown.remove(id)
        dismissed.remove(id)
        if asking.isEmpty { rates = [:] }
    }

    mutating func dismiss(_ id: EventID) {
        guard asking[id] != nil else { return }
        shown.remove(id)
        dismissed.insert(id)
    }

    /// It is not shown after all, or no longer, and may be shown again.
    mutating func takeBack(_ id: EventID) {
        shown.remove(id)
        dismissed.remove(id)
    }

    /// Nothing is shown any more: the server is gone.
    mutating func clear() { shown = [] }

    /// Gives the free places away.
    /// - Returns: the events to show now, and when a client that was too fast may have another.
    mutating func fill(now: Duration) -> (events: [EventRecord], retryAfter: Duration?) {
        var free = Self.most - shown.count
        guard free > 0, others > 0 else { return ([], nil) }
        var places = Dictionary(shown.compactMap { asking[$0]?.client }.map { ($0, 1) }, uniquingKeysWith: +)
        var chosen: [EventRecord] = []
        var retryAfter: Duration?
        var tooFast: Set<ClientName> = []
        let waiting = asking.values.filter { !shown.contains($0.id) && !dismissed.contains($0.id) }
        for event in waiting.sorted(by: { $0.sequence < $1.sequence }) {
            let client = event.client
            guard free > 0 else { break }
            guard !tooFast.contains(client), places[client, default: 0] < Self.mostOfOneClient else { continue }
            var window = rates[client] ?? RateWindow(Self.rate)
            let decision = window.take(now: now)
            rates[client] = window
            if case .refused(let wait) = decision {
                tooFast.insert(client)
                retryAfter = min(retryAfter ?? wait, wait)
                continue
            }
            places[client, default: 0] += 1
            free -= 1
            shown.insert(event.id)
            chosen.append(event)
        }
        return (chosen, retryAfter)
    }
}
