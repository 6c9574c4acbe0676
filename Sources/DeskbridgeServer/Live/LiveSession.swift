import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Logging
import Synchronization

/// What one live connection, WebSocket or server-sent events, is told, from sign-in to its end.
final class LiveSession: Sendable {
    /// Where the confirmations begin.
    enum Start: Sendable {
        /// After the last one that the client acknowledged.
        case unacknowledged
        /// With all visible ones after a `seq`.
        case after(Int64)
        /// With what comes from now on.
        case now
    }

    private struct State {
        var cursor: ConfirmationCursor
        var channels = Channels()
        /// Whether confirmations of other clients that this one may see are sent too.
        var seesOthers = false
        var subscriptions: [@Sendable () -> Void] = []
    }

    /// Where a connection begins, as the ledger told.
    struct Place: Sendable {
        fileprivate let acknowledged: Int64
        fileprivate let position: Int64
    }

    private static let pageSize = 100

    let client: Authenticated
    let id: String
    private let bridge: Bridge
    private let status: StatusBoard
    private let sink: any LiveSink
    private let style: ConfirmationStyle
    private let state: Mutex<State>
    private let catchUps: AsyncStream<Void>
    private let catchUp: AsyncStream<Void>.Continuation

    init(client: Authenticated, bridge: Bridge, status: StatusBoard, sink: any LiveSink, style: ConfirmationStyle) {
        self.client = client
        self.bridge = bridge
        self.status = status
        self.sink = sink
        self.style = style
        id = EventID(at: bridge.clock.now()).text
        state = Mutex(State(cursor: ConfirmationCursor(after: 0)))
        (catchUps, catchUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    func place(of start: Start) async throws(StoreError) -> Place {
        // Asked of the writer, behind the acknowledgements that an earlier connection sent.
        let acknowledged = try await bridge.store.acknowledge(client.identity.client, upTo: 0)
        switch start {
        case .unacknowledged: return Place(acknowledged: acknowledged, position: acknowledged)
        case .after(let seq): return Place(acknowledged: acknowledged, position: try await known(seq))
        case .now: return Place(acknowledged: acknowledged, position: try await known(.max))
        }
    }

    /// Greets the connection, and from here on tells it what happens, until ``close()``. Run ``run()`` meanwhile.
    func open(at place: Place, channels: [Channels.Name] = []) {
        state.withLock { state in
            state.cursor = ConfirmationCursor(after: place.position)
            for name in channels { state.channels.set(name, true) }
            state.seesOthers = state.channels.events
            // What is heard waits for this lock, so nothing is missed and nothing comes before the greeting.
            state.subscriptions += [
                bridge.feed.listen { [weak self] item in self?.hear(item) },
                status.listen { [weak self] in self?.hearStatus() },
            ]
            sink.send(.authenticated(client.identity.client, session: id, ledger: bridge.store.id, acknowledged: place.acknowledged))
        }
        sendStatusIfWanted(channels)
        catchUp.yield()
    }

    /// Sends what the connection missed, at its beginning and whenever it asks for more, until ``close()`` or cancellation.
    func run() async throws(StoreError) {
        for await _ in catchUps { try await sendMissed() }
    }

    func close() {
        catchUp.finish()
        let subscriptions = state.withLock { state in
            defer { state.subscriptions = [] }
            return state.subscriptions
        }
        for end in subscriptions { end() }
    }

    /// - Parameter since: replays all visible confirmations after this one.
    func subscribe(_ names: [Channels.Name], since: Int64?) async throws(StoreError) {
        var place: Int64?
        if let since { place = try await known(since) }
        state.withLock { state in
            for name in names { state.channels.set(name, true) }
            if names.contains(.events) { state.seesOthers = true }
            if let place {
                state.seesOthers = true
                state.cursor.rewind(to: place)
            }
        }
        if place != nil { catchUp.yield() }
        sendStatusIfWanted(names)
    }

    /// A place that the ledger has reached. A client that knows another ledger's numbers would wait for them for ever.
    private func known(_ seq: Int64) async throws(StoreError) -> Int64 { min(seq, try await bridge.store.lastSeq(nil)) }

    func unsubscribe(_ names: [Channels.Name]) {
        state.withLock { state in
            for name in names { state.channels.set(name, false) }
            if names.contains(.events) { state.seesOthers = false }
        }
    }

    func send(_ message: LiveMessage) { sink.send(message) }

    /// Sends the answer to an event, and its confirmation if the connection has passed that one by. A confirmation that lies ahead
    /// comes in its turn: sent here, it would be the second of two, and come before older ones.
    func send(_ answer: IntakeAnswer) {
        sink.send(.accepted(answer))
        guard let confirmation = answer.confirmation, state.withLock({ $0.cursor.hasPassed(confirmation.seq) }) else { return }
        sink.send(message(of: confirmation))
    }

    private func sendStatusIfWanted(_ names: [Channels.Name]) {
        if names.contains(.status) { sink.send(.status(status.current(for: client.identity))) }
    }

    private func maySee(_ owner: ClientName) -> Bool {
        (try? bridge.gate.check(client.identity, .see(owner: owner), under: bridge.definitions.current.policy.policy)) != nil
    }

    private func hear(_ item: FeedItem) {
        switch item {
        case .accepted(let event):
            guard state.withLock({ $0.channels.events }), maySee(event.client) else { return }
            sink.send(.state(event, before: nil, at: event.event.acceptedAt))
        case .changed(let change, let moment):
            let event = change.event
            let isOwn = event.client == client.identity.client
            guard isOwn || maySee(event.client) else { return }
            state.withLock { state in
                if state.channels.events { sink.send(.state(event, before: change.before, at: moment)) }
                guard let confirmation = change.confirmation, isOwn || state.seesOthers, state.cursor.tell(confirmation.seq) else { return }
                sink.send(message(of: confirmation))
            }
        case .output(let batch):
            guard state.withLock({ $0.channels.wantsOutput(of: batch.event) }), maySee(batch.client) else { return }
            sink.send(.output(batch))
        case .forgotten: return
        }
    }

    private func hearStatus() {
        guard state.withLock({ $0.channels.status }) else { return }
        sink.send(.status(status.current(for: client.identity)))
    }

    private func message(of confirmation: Confirmation) -> LiveMessage {
        .confirmation(confirmation, style)
    }

    /// Sends what the ledger has after the cursor, page by page, as fast as the peer takes it.
    private func sendMissed() async throws(StoreError) {
        while !Task.isCancelled {
            let (next, seesOthers) = state.withLock { ($0.cursor.nextPage, $0.seesOthers) }
            guard let next else { return }
            let page = try await bridge.store.confirmations(
                visibleTo: seesOthers ? nil : client.identity.client, after: next.after, limit: Self.pageSize)
            for confirmation in page where !Task.isCancelled {
                state.withLock { state in
                    guard state.cursor.read(confirmation.seq, of: next) else { return }
                    guard confirmation.client == client.identity.client || maySee(confirmation.client) else { return }
                    sink.send(message(of: confirmation))
                }
                // After each one: a page of large ones at once would be more than may wait, and cut off a peer that reads well.
                await sink.drained()
            }
            if page.isEmpty { state.withLock { $0.cursor.reachedEnd(of: next) } }
        }
    }
}

/// The outgoing side of a live connection.
protocol LiveSink: Sendable {
    /// Never waits; a peer that doesn't read is cut off once too much is unsent.
    func send(_ message: LiveMessage)
    /// Returns when little is unsent, or the connection is gone.
    func drained() async
}
