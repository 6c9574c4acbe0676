import DBus
import DeskbridgeCore
import DeskbridgeEngine
import Synchronization

/// The connections on the bus that are sent signals: each for itself, and only about events that its program may see.
///
/// A signal to all would tell every program of the session what the others do.
final class BusAudience: Sendable {
    /// How many connections may be in it, and how many of one client.
    static let most = 256
    static let mostOfOneClient = 32

    private struct Member {
        let identity: Identity
        var isListening = true
    }

    private let bridge: Bridge
    private let connection: BusConnection
    private let members = Mutex<[BusName: Member]>([:])
    /// Connections that joined. Whoever reads it has to ``remove(_:)`` them when they are gone.
    let newcomers: AsyncStream<BusName>
    private let newcomer: AsyncStream<BusName>.Continuation

    init(bridge: Bridge, connection: BusConnection) {
        self.bridge = bridge
        self.connection = connection
        (newcomers, newcomer) = AsyncStream.makeStream(bufferingPolicy: .unbounded)
    }

    /// - Throws: `rate_limited` if there are too many.
    func add(_ name: BusName, _ identity: Identity) throws(Problem) {
        let isNew: Bool? = members.withLock { members in
            if members[name] != nil {
                members[name]?.isListening = true
                return false
            }
            guard members.count < Self.most, members.values.count(where: { $0.identity.client == identity.client }) < Self.mostOfOneClient
            else { return nil }
            members[name] = Member(identity: identity)
            return true
        }
        guard let isNew else {
            throw Problem(.rateLimited, "Too many connections are subscribed; a client may have \(Self.mostOfOneClient).")
        }
        if isNew { newcomer.yield(name) }
    }

    /// It wants no more signals. Its place is free when it is gone.
    func dismiss(_ name: BusName) { members.withLock { $0[name]?.isListening = false } }

    func remove(_ name: BusName) { members.withLock { $0[name] = nil } }

    /// Called on the ledger's thread, in the order of the commits.
    func hear(_ item: FeedItem) {
        switch item {
        case .accepted(let record): tell(stateOf: record, before: nil)
        case .changed(let change, _):
            if change.before != change.event.state { tell(stateOf: change.event, before: change.before) }
            if let confirmation = change.confirmation { tell(confirmation) }
        case .output, .forgotten: break
        }
    }

    private func tell(stateOf record: EventRecord, before: DeliveryState?) {
        tell(whoMaySee: record.client, BusInterface.stateChanged) {
            [
                .string(record.id.text), .string(record.event.type.text), .string(before?.rawValue ?? ""), .string(record.state.rawValue),
            ]
        }
    }

    private func tell(_ confirmation: Confirmation) {
        tell(whoMaySee: confirmation.client, BusInterface.confirmed) {
            let message = EventJSON.message(confirmation)
            return [
                .string(confirmation.event.text), .string(message["type"]?.stringValue ?? ""), .uint64(UInt64(clamping: confirmation.seq)),
                .string(message.text),
            ]
        }
    }

    private func tell(whoMaySee owner: ClientName, _ member: MemberName, _ arguments: () -> [BusValue]) {
        let listeners = members.withLock { members in members.filter(\.value.isListening).map { ($0.key, $0.value.identity) } }
        guard !listeners.isEmpty else { return }
        let policy = bridge.definitions.current.policy.policy
        var made: [BusValue]?
        for (name, identity) in listeners {
            guard (try? bridge.gate.check(identity, .see(owner: owner), under: policy)) != nil else { continue }
            let values = made ?? arguments()
            made = values
            // It can only be too large for D-Bus, which configured limits rule out.
            guard
                let signal = try? OutgoingSignal(
                    to: name, path: BusInterface.path, interface: BusInterface.interface, member: member, arguments: values)
            else { return }
            connection.emit(signal)
        }
    }
}
