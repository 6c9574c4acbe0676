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

    package enum Outcome: Sendable, Equatable {
        case made(IssuedToken)
        /// The client has tokens that are good, and pages of these origins may use them.
        case kept(origins: Set<String>)
    }

    /// Makes the token, unless the client has one that is good: a second one is not made unasked.
    ///
    /// - Throws: ``ControlError``; ``CommandFailure`` if the configuration has mistakes or the ledger cannot be opened.
    package func mint(through client: ControlClient) async throws -> Outcome {
        do {
            let now = clock.now()
            let good = try await client.tokens().filter { $0.client == wanted.client && $0.standing(at: now) == .valid }
            guard good.isEmpty else { return .kept(origins: Set(good.flatMap(\.origins))) }
            return .made(try await client.createToken(wanted))
        } catch ControlError.notRunning {
            return try await mintInLedger()
        }
    }

    private func mintInLedger() async throws -> Outcome {
        let configuration: BridgeConfiguration
        do { configuration = try HomeFiles.configuration(of: home) } catch {
            throw CommandFailure("\(error)", .configuration)
        }
        do {
            let store = try EventStore.open(folder: home.state)
            let result: Result<Outcome, any Error>
            do { result = .success(try await mint(in: store, expiry: configuration.tokens.expiry)) } catch { result = .failure(error) }
            try await store.close()
            return try result.get()
        } catch let error as StoreError {
            throw CommandFailure(error, in: home.state)
        }
    }

    private func mint(in store: EventStore, expiry: Duration) async throws -> Outcome {
        guard let client = ClientName(wanted.client) else {
            throw CommandFailure("\"\(wanted.client)\" is no client name.", .usage)
        }
        let directory = try await TokenDirectory(store: store, clock: clock)
        let now = clock.now()
        let good = directory.all.filter { $0.client == client && $0.isGood(at: now) }
        guard good.isEmpty else { return .kept(origins: Set(good.flatMap(\.origins))) }
        // The owner of the machine, straight in the ledger.
        let owner = AuditActor(client: .local, identity: .local, entrance: .inside)
        let (token, record) = try await AuditActor.$current.withValue(owner) {
            try await directory.create(TokenRequest(client: client, origins: wanted.origins, expiry: expiry))
        }
        return .made(try IssuedToken(TokenJSON.created(token, record)))
    }
}
