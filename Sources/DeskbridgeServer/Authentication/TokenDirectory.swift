package import DeskbridgeCore
package import DeskbridgeStore
import Synchronization

/// The tokens in force. Held in memory, so that a request costs no look into the ledger; every change is stored first.
package final class TokenDirectory: Sendable {
    private let store: EventStore
    private let clock: WallClock
    private let tokens: Mutex<[TokenRecord]>
    /// Counts the readings of the ledger: one that began earlier must not replace what a later one found.
    private let readings = Mutex<(begun: UInt64, shown: UInt64)>((0, 0))
    /// Who waits for a token to lapse.
    private let watchers = Mutex<(waiting: [UInt64: AsyncStream<Void>.Continuation], next: UInt64)>(([:], 0))

    /// Ends the desk sessions of an earlier bridge: whoever listened on its port while it was away may have been sent their tokens by pages
    /// that tried to connect again.
    package init(store: EventStore, clock: WallClock) async throws(StoreError) {
        self.store = store
        self.clock = clock
        _ = try await store.revokeTokens(.deskSessions, at: clock.now())
        tokens = Mutex(try await store.tokens())
    }

    package var all: [TokenRecord] { tokens.withLock { $0 } }

    /// All tokens with their latest uses, also those that are not in force any more.
    func listing() async throws(StoreError) -> [TokenRecord] { try await store.tokens() }

    /// The token with this hash, if it is in force. Takes the same time whichever it is, or none.
    func find(hash: [UInt8]) -> TokenRecord? {
        let now = clock.now()
        return tokens.withLock { tokens in
            var found: TokenRecord?
            for token in tokens where Self.areEqual(token.hash, hash) { found = token }
            return found.flatMap { $0.isGood(at: now) ? $0 : nil }
        }
    }

    func find(id: String) -> TokenRecord? {
        let now = clock.now()
        return tokens.withLock { $0.first { $0.id == id && $0.isGood(at: now) } }
    }

    /// Whether a page of this origin may use any token: what a preflight, which carries none, is answered by.
    func allows(origin: String) -> Bool {
        let now = clock.now()
        return tokens.withLock { $0.contains { $0.isGood(at: now) && $0.origins.contains { $0.utf8.elementsEqual(origin.utf8) } } }
    }

    /// Makes a token and stores its hash.
    package func create(_ request: TokenRequest) async throws(StoreError) -> (token: BearerToken, record: TokenRecord) {
        let token = BearerToken.mint()
        let now = clock.now()
        let record = request.record(hash: token.hash, now: now)
        // Clients' tokens are kept for the list when they end; desk sessions would only fill it.
        if request.isDesk { try await store.forgetEndedDeskSessions(at: now) }
        try await store.insertToken(record)
        try await reload()
        return (token, record)
    }

    /// As ``create(_:)``, on behalf of the person at the desk, who has proved it otherwise than by a token.
    func createForDesk(_ request: TokenRequest, origin: String?) async throws(StoreError) -> (token: BearerToken, record: TokenRecord) {
        let desk = AuditActor(client: request.client, identity: .desk, entrance: .http, origin: origin)
        let result: Result<(token: BearerToken, record: TokenRecord), StoreError> = await AuditActor.$current.withValue(desk) {
            do throws(StoreError) { return .success(try await create(request)) } catch { return .failure(error) }
        }
        return try result.get()
    }

    /// Makes a token that takes the place of another; the old one stays in force for the overlap.
    ///
    /// - Returns: nil if there is no such token in force. A desk session cannot be rotated: it is opened anew.
    package func rotate(
        _ id: String, overlap: Duration, expiry: Duration
    ) async throws(StoreError) -> (token: BearerToken, record: TokenRecord)? {
        let now = clock.now()
        guard let old = all.first(where: { $0.id == id && $0.isGood(at: now) && !$0.isDesk }) else { return nil }
        let token = BearerToken.mint()
        let request = TokenRequest(
            client: old.client, origins: old.origins, expiry: expiry, rate: old.rate, isSingleSession: old.isSingleSession, label: old.label
        )
        let record = request.record(hash: token.hash, now: now)
        try await store.rotateToken(id, to: record, oldEndsAt: now + overlap)
        try await reload()
        for watcher in watchers.withLock({ Array($0.waiting.values) }) { watcher.yield() }
        return (token, record)
    }

    /// - Parameter name: a token's id, or a client's name for all of its tokens.
    /// - Returns: the ids of the tokens that were revoked.
    package func revoke(_ name: String) async throws(StoreError) -> [String] {
        let now = clock.now()
        var revoked = try await store.revokeTokens(.id(name), at: now)
        if revoked.isEmpty, let client = ClientName(name) { revoked = try await store.revokeTokens(.client(client), at: now) }
        let ids = revoked.map(\.id)
        // At once, even if the ledger could not be read again.
        tokens.withLock { $0.removeAll { ids.contains($0.id) } }
        try await reload()
        return ids
    }

    /// Returns once the token is no longer in force, or the task is cancelled.
    func lapse(of id: String) async {
        while !Task.isCancelled {
            let (changes, change) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
            let watcher = watchers.withLock { watchers in
                watchers.next += 1
                watchers.waiting[watchers.next] = change
                return watchers.next
            }
            defer { watchers.withLock { $0.waiting[watcher] = nil } }
            // Looked up after the watch was set up, so that a change in between is not missed.
            guard let token = find(id: id) else { return }
            // The clock may be set meanwhile.
            let left = min(max(token.expiresAt - clock.now(), .milliseconds(1)), .seconds(3600))
            await withTaskGroup(of: Void.self) { group in
                group.addTask { try? await Task.sleep(for: left) }
                group.addTask { for await _ in changes { return } }
                await group.next()
                group.cancelAll()
            }
        }
    }

    /// Notes the use of a token.
    func touch(_ id: String) { store.noteUse(ofToken: id, at: clock.now()) }

    private func reload() async throws(StoreError) {
        let reading = readings.withLock { readings in
            readings.begun += 1
            return readings.begun
        }
        let stored = try await store.tokens()
        readings.withLock { readings in
            guard reading > readings.shown else { return }
            readings.shown = reading
            tokens.withLock { $0 = stored }
        }
    }

    private static func areEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(0 as UInt8) { $0 | ($1.0 ^ $1.1) } == 0
    }
}

/// What a new token is asked to be.
package struct TokenRequest: Sendable {
    package var client: ClientName
    package var origins: [String]
    package var expiry: Duration
    package var rate: Rate?
    package var isSingleSession: Bool
    package var label: String?
    package var isDesk = false

    package init(
        client: ClientName, origins: [String] = [], expiry: Duration, rate: Rate? = nil, isSingleSession: Bool = false,
        label: String? = nil
    ) {
        self.client = client
        self.origins = origins
        self.expiry = expiry
        self.rate = rate
        self.isSingleSession = isSingleSession
        self.label = label
    }

    /// What is stored of a token; not the token.
    package func record(hash: [UInt8], now: Timestamp) -> TokenRecord {
        TokenRecord(
            id: String(EventID(at: now).text.suffix(12)), client: client, hash: hash, origins: origins, createdAt: now,
            expiresAt: now + expiry, revokedAt: nil, rate: rate, isSingleSession: isSingleSession, lastUsedAt: nil, label: label,
            isDesk: isDesk)
    }
}
