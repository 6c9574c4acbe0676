import DeskbridgeCore
import FoundationEssentials

@testable import DeskbridgeStore

/// A folder of its own for one test, gone afterwards.
final class LedgerFolder: Sendable {
    let path = "/tmp/deskbridge-ledger-\(UUID().uuidString)"

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func open(_ options: EventStore.Options = .init()) throws -> EventStore { try EventStore.open(folder: path, options: options) }
}

/// Runs a test on a new ledger and closes it.
func withLedger(_ options: EventStore.Options = .init(), _ body: (EventStore) async throws -> Void) async throws {
    let folder = LedgerFolder()
    let store = try folder.open(options)
    do {
        try await body(store)
    } catch {
        try await store.close()
        throw error
    }
    try await store.close()
}

/// A moment so many milliseconds after the test began, on no clock.
func at(_ milliseconds: Int64) -> Timestamp { Timestamp(milliseconds: 1_800_000_000_000 + milliseconds) }

enum Sample {
    static let client = ClientName("dashboard") ?? .local

    static func event(
        _ key: String = "k-1", client: ClientName = client, type: String = "CREATE_RESOURCE", action: String = "create-resource",
        payload: JSONValue = ["name": "Project_001"], acceptedAt: Timestamp = at(0), expiresAt: Timestamp? = nil,
        concurrencyKey: String? = nil, format: EventFormat = .deskbridge
    ) throws -> AcceptedEvent {
        guard let type = EventType(type), let key = IdempotencyKey(key) else { throw StoreError(.unexpected, "not a sample") }
        return AcceptedEvent(
            id: EventID(at: acceptedAt), client: client, type: type, key: key, payload: payload,
            fingerprint: PayloadFingerprint(of: payload), origin: "https://studio.example", rule: "studio.yaml:2", action: action,
            format: format, acceptedAt: acceptedAt, expiresAt: expiresAt, concurrencyKey: concurrencyKey, maximumAttempts: 3)
    }

    static let failure = Failure("exit_status", "It ended with status 1", .permanent)

    @Sendable static func confirmation(_ record: EventRecord) -> JSONValue {
        ["type": .string("\(record.type)_\(record.state.rawValue.uppercased())"), "id": .string(record.id.text)]
    }
}

extension EventStore {
    /// Stores an event that must be new.
    @discardableResult
    func store(_ event: AcceptedEvent, as admission: Admission = .queued) async throws -> EventRecord {
        guard case .stored(let record) = try await accept(event, as: admission) else {
            throw StoreError(.unexpected, "the sample was not new")
        }
        return record
    }

    /// Stores an event and takes it to a state on a way that the engine could go.
    func event(_ key: String = "k-1", in state: DeliveryState, client: ClientName = Sample.client) async throws -> EventRecord {
        let sample = try Sample.event(key, client: client, expiresAt: state == .expired ? at(5) : nil)
        switch state {
        case .queued: return try await store(sample)
        case .running: return try await store(sample, as: .claimed)
        case .waiting: return try await store(sample, as: .waiting(until: at(1000)))
        case .expired:
            let record = try await store(sample)
            _ = try await expireOverdue(now: at(10), confirmation: Sample.confirmation)
            return try await find(record.id)
        case .succeeded, .failed, .cancelled, .unknown, .retrying:
            let record = try await store(sample, as: .claimed)
            let end = AttemptEnd(
                at: at(10), state: state, dueAt: state == .retrying ? at(2000) : nil,
                failure: state == .succeeded ? nil : Sample.failure, result: state == .succeeded ? ["path": "/p"] : nil,
                confirmation: state.isFinal && state != .unknown ? ["type": "CONFIRMED"] : nil)
            try await finish(record.id, attempt: 1, end)
            return try await find(record.id)
        }
    }

    func find(_ id: EventID) async throws -> EventRecord {
        guard let record = try await record(id) else { throw StoreError(.notFound, "\(id) is gone") }
        return record
    }

    func history(_ id: EventID) async throws -> EventHistory {
        guard let history = try await event(id) else { throw StoreError(.notFound, "\(id) is gone") }
        return history
    }
}
