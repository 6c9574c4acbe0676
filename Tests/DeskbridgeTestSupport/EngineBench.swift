package import DeskbridgeActions
package import DeskbridgeCore
package import DeskbridgeEngine
package import DeskbridgeStore
internal import Foundation
package import Logging
package import ServiceLifecycle

/// An engine with a real ledger in a folder of its own, driven from within the test's process. Its actions use the ``ProbeHandler``.
package final class EngineBench: Sendable {
    package let home: TestHome
    package let probe: ProbeHandler
    package let time: ManualTime
    package let store: EventStore
    package let bridge: Bridge
    /// What the engine told its listeners, in order.
    package let feed: Mailbox<FeedItem>
    /// The names of what it logged, such as `attempt.ended`.
    package let logs: Mailbox<String>

    /// An event of this type runs one step, `probe: "{name}"`.
    package static let probeAction = """
        action: probe
        on: PROBE
        confirm: PROBED
        parameters: {name: {type: string}}
        steps: [{id: one, probe: "{name}"}]
        """
    package static let openPolicy = "rules: [{allow: [\"*\"], clients: [\"*\"]}]"

    /// - Parameters:
    ///   - actions: by the names of their files, without `.yaml`.
    ///   - jitter: what each draw of the retry's jitter gives.
    ///   - usesRealTime: whether the clocks are the system's, and ``time`` counts for nothing.
    package init(
        actions: [String: String] = ["probe": EngineBench.probeAction], policies: [String: String] = ["open": EngineBench.openPolicy],
        probe: ProbeHandler = ProbeHandler(), handlers more: [any StepHandler] = [], waitSources: [any WaitSource] = [],
        options: EventStore.Options = .init(),
        jitter: Double = 1, in home: TestHome? = nil, time: ManualTime = ManualTime(), usesRealTime: Bool = false,
        configure: (inout BridgeConfiguration) -> Void = { _ in }
    ) throws {
        let folder = try home ?? TestHome(BridgeFiles(actions: actions, policies: policies))
        var configuration = BridgeConfiguration.defaults
        configure(&configuration)
        let store = try EventStore.open(folder: folder.root + "/bridge/state", options: options)
        let definitions = try Definitions(
            actions: DefinitionFolder(path: folder.bridge + "/actions", name: "actions"),
            policies: DefinitionFolder(path: folder.bridge + "/policies", name: "policies"), handlers: HandlerTable(more + [probe]),
            home: folder.user)
        let logs = Mailbox<String>()
        let logger = Logger(label: "test") { _ in EventLog(events: logs) }
        let bridge = Bridge(
            configuration: configuration, store: store, definitions: definitions, waitSources: waitSources,
            clock: usesRealTime ? .system : time.wall,
            monotonic: usesRealTime ? .system : time.monotonic,
            jitter: { jitter }, logger: logger)
        let feed = Mailbox<FeedItem>()
        _ = bridge.feed.listen { feed.put($0) }
        // What is sent from now on did not pile up while the bridge was off.
        time.pass(.milliseconds(1))
        self.home = folder
        self.time = time
        self.probe = probe
        self.store = store
        self.bridge = bridge
        self.feed = feed
        self.logs = logs
    }

    package static var silent: Logger {
        Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    }

    /// Settles what an earlier engine left behind, runs the dispatcher and the waits while `body` goes on, then stops it gracefully.
    /// - Parameter more: services that run beside them.
    package func running(beside more: [any Service] = [], _ body: () async throws -> Void) async throws {
        try await bridge.rescue()
        let group = ServiceGroup(configuration: .init(services: [bridge.dispatcher, bridge.waits] + more, logger: Self.silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            do {
                try await body()
            } catch {
                // A step that nobody ends would hold up the end of the test.
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    /// The same with the ledger closed at the end.
    package func withEngine(beside more: [any Service] = [], _ body: () async throws -> Void) async throws {
        do {
            try await running(beside: more, body)
        } catch {
            try await store.close()
            throw error
        }
        try await store.close()
    }

    // MARK: Sending

    package func draft(_ type: String, _ key: String, _ payload: JSONValue) throws -> EventDraft {
        try EventDraft(message: ["type": .string(type), "idempotencyKey": .string(key), "payload": payload])
    }

    /// Sends an event that must be taken.
    @discardableResult
    package func send(
        _ key: String, type: String = "PROBE", payload: JSONValue? = nil, from identity: Identity = .local
    ) async throws -> EventRecord {
        let draft = try draft(type, key, payload ?? ["name": .string(key)])
        return try await bridge.intake.submit(draft, from: identity).record
    }

    /// Why an event is not taken.
    package func refusal(
        of key: String, type: String = "PROBE", payload: JSONValue? = nil, from identity: Identity = .local
    ) async throws -> Problem? {
        let draft = try draft(type, key, payload ?? ["name": .string(key)])
        do throws(Problem) {
            _ = try await bridge.intake.submit(draft, from: identity)
            return nil
        } catch { return error }
    }

    /// Waits until the engine has told that an event is in this state.
    @discardableResult
    package func reached(_ state: DeliveryState, _ id: EventID) async throws -> StateChange {
        let item = await feed.first { item in
            guard case .changed(let change, _) = item else { return false }
            return change.event.id == id && change.event.state == state
        }
        guard case .changed(let change, _)? = item else {
            throw NeverCame("\(id) in the state \(state.rawValue)", instead: feed.all.map { "\($0)" })
        }
        return change
    }

    /// Waits until an event has ended in whatever way.
    package func ended(_ id: EventID) async throws -> EventRecord {
        let item = await feed.first { item in
            guard case .changed(let change, _) = item else { return false }
            return change.event.id == id && change.event.state.isFinal
        }
        guard case .changed(let change, _)? = item else { throw NeverCame("the end of \(id)", instead: []) }
        return change.event
    }

    package func history(_ id: EventID) async throws -> EventHistory {
        guard let history = try await store.event(id) else { throw NeverCame("\(id) in the ledger", instead: []) }
        return history
    }
}

/// Keeps the names of the events that are logged.
private struct EventLog: LogHandler {
    let events: Mailbox<String>
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.trace

    init(events: Mailbox<String>) { self.events = events }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        if let name = event.metadata?["event"] { events.put("\(name)") }
    }
}
