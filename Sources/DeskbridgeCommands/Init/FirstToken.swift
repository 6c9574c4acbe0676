package import DeskbridgeCore
internal import DeskbridgeServer
internal import DeskbridgeStore

/// The token of the first client: made by the daemon, or where none runs, straight in the ledger.
package struct FirstToken: Sendable {
    package let wanted: TokenOrder
    package let home: BridgeHome
    package let clock: WallClock

    package init(wanted: TokenOrder, home: BridgeHome, clock: WallClock) {
        self.wanted = wanted
        self.home = home
        self.clock = clock
    }

    /// Makes the token, unless the client has one that is good: a second one is not made unasked.
    ///
    /// - Returns: nil if there is one.
    /// - Throws: ``ControlError``; ``CommandFailure`` if the configuration has mistakes or the ledger cannot be opened.
    package func mint(through client: ControlClient) async throws -> IssuedToken? {
        do {
            let now = clock.now()
            guard try await !client.tokens().contains(where: { $0.client == wanted.client && $0.standing(at: now) == .valid }) else {
                return nil
            }
            return try await client.createToken(wanted)
        } catch ControlError.notRunning {
            return try await mintInLedger()
        }
    }

    private func mintInLedger() async throws -> IssuedToken? {
        let configuration: BridgeConfiguration
        do { configuration = try HomeFiles.configuration(of: home) } catch {
            throw CommandFailure("\(error)", .configuration)
        }
        do {
            let store = try EventStore.open(folder: home.state)
            let result: Result<IssuedToken?, any Error>
            do { result = .success(try await mint(in: store, expiry: configuration.tokens.expiry)) } catch { result = .failure(error) }
            try await store.close()
            return try result.get()
        } catch let error as StoreError {
            throw CommandFailure(error)
        }
    }

    private func mint(in store: EventStore, expiry: Duration) async throws -> IssuedToken? {
        guard let client = ClientName(wanted.client) else {
            throw CommandFailure("\"\(wanted.client)\" is no client name.", .usage)
        }
        let directory = try await TokenDirectory(store: store, clock: clock)
        let now = clock.now()
        guard !directory.all.contains(where: { $0.client == client && $0.isGood(at: now) }) else { return nil }
        // The owner of the machine, straight in the ledger.
        let owner = AuditActor(client: .local, identity: .local, entrance: .inside)
        let (token, record) = try await AuditActor.$current.withValue(owner) {
            try await directory.create(TokenRequest(client: client, origins: wanted.origins, expiry: expiry))
        }
        return try IssuedToken(TokenJSON.created(token, record))
    }
}
