import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Logging
import Synchronization

/// What one live connection, WebSocket or server-sent events, is told, from sign-in to its end.
final class LiveSession: Sendable {
    /// Where the confirmations begin.
    enum Start: Sendable {
        /// With those that the client has not acknowledged.
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
        var endFeed: (@Sendable () -> Void)?
    }

    private static let pageSize = 100

    let client: Authenticated
    let id: String
    private let bridge: Bridge
    private let status: StatusBoard
    private let sink: any LiveSink
    private let asCloudEvents: Bool
    private let state: Mutex<State>
    private let catchUps: AsyncStream<Void>
    private let catchUp: AsyncStream<Void>.Continuation

    init(client: Authenticated, bridge: Bridge, status: StatusBoard, sink: any LiveSink, asCloudEvents: Bool = false) {
        self.client = client
        self.bridge = bridge
        self.status = status
        self.sink = sink
        self.asCloudEvents = asCloudEvents
        id = EventID(at: bridge.clock.now()).text
        state = Mutex(State(cursor: ConfirmationCursor(after: 0)))
        (catchUps, catchUp) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
    }

    /// Tells the connection what happens until ``end()`` or cancellation.
    func run(from start: Start, channels: [Channels.Name] = []) async throws(StoreError) {
        // Asked of the writer, behind the acknowledgements that an earlier connection sent.
        let acknowledged = try await bridge.store.acknowledge(client.identity.client, upTo: 0)
        let position: Int64
        switch start {
        case .unacknowledged: position = acknowledged
        case .after(let seq): position = seq
        case .now: position = try await bridge.store.lastSeq(nil)
        }
        state.withLock { state in
            state.cursor = ConfirmationCursor(after: position)
            for name in channels { state.channels.set(name, true) }
            if case .unacknowledged = start {} else { state.seesOthers = state.channels.events }
        }
        sink.send(.authenticated(client.identity.client, session: id, acknowledged: acknowledged))
        if !channels.isEmpty { sendStatusIfWanted(channels) }
        let endFeed = bridge.feed.listen { [weak self] item in self?.hear(item) }
        let endStatus = status.listen { [weak self] status in self?.hear(status: status) }
        defer {
            endFeed()
            endStatus()
        }
        catchUp.yield()
        for await _ in catchUps { try await sendMissed() }
    }

    func end() { catchUp.finish() }

    func subscribe(_ names: [Channels.Name], since: Int64?) {
        state.withLock { state in
            for name in names { state.channels.set(name, true) }
            if names.contains(.events) { state.seesOthers = true }
            if let since {
                state.seesOthers = true
                state.cursor.rewind(to: since)
            }
        }
        if since != nil { catchUp.yield() }
        sendStatusIfWanted(names)
    }

    func unsubscribe(_ names: [Channels.Name]) {
        state.withLock { state in
            for name in names { state.channels.set(name, false) }
            if names.contains(.events) { state.seesOthers = false }
        }
    }

    func send(_ message: LiveMessage) { sink.send(message) }

    /// Sends the answer to an event, and what is already known about it, in this order.
    func send(_ answer: IntakeAnswer) {
        sink.send(.accepted(answer))
        if let confirmation = answer.confirmation { sink.send(message(of: confirmation)) }
    }

    private func sendStatusIfWanted(_ names: [Channels.Name]) {
        if names.contains(.status) { sink.send(.status(status.current)) }
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
        }
    }

    private func hear(status: JSONObject) {
        guard state.withLock({ $0.channels.status }) else { return }
        sink.send(.status(status))
    }

    private func message(of confirmation: Confirmation) -> LiveMessage {
        .confirmation(confirmation, asCloudEvent: asCloudEvents)
    }

    /// Sends what the ledger has after the cursor, page by page, as fast as the peer takes it.
    private func sendMissed() async throws(StoreError) {
        while true {
            let (position, told, seesOthers, isCatchingUp) = state.withLock {
                ($0.cursor.position, $0.cursor.told, $0.seesOthers, $0.cursor.isCatchingUp)
            }
            guard isCatchingUp, !Task.isCancelled else { return }
            let page = try await bridge.store.confirmations(
                visibleTo: seesOthers ? nil : client.identity.client, after: position, limit: Self.pageSize)
            state.withLock { state in
                for confirmation in page where state.cursor.read(confirmation.seq) {
                    if confirmation.client == client.identity.client || maySee(confirmation.client) {
                        sink.send(message(of: confirmation))
                    }
                }
                if page.isEmpty { state.cursor.reachedEnd(told: told) }
            }
            await sink.drained()
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
