import DeskbridgeCore
import Testing

@testable import DeskbridgeStore

@Suite struct TokensTests {
    private func token(_ id: String, client: ClientName = Sample.client) -> TokenRecord {
        TokenRecord(
            id: id, client: client, hash: PayloadFingerprint(of: .string(id)).bytes, origins: ["https://studio.example"],
            createdAt: at(0), expiresAt: at(90_000), rate: Rate(count: 60, window: .seconds(10)), isSingleSession: true,
            label: "at the desk")
    }

    @Test func everyPartOfATokenComesBack() async throws {
        try await withLedger { store in
            let token = token("t1")
            try await store.insertToken(token)
            #expect(try await store.tokens() == [token])
            #expect(try await store.token(hash: token.hash) == token)
            #expect(try await store.token(hash: Array(token.hash.reversed())) == nil)
            #expect(try await store.token(id: "t1") == token)
            await #expect(throws: StoreError.self) { try await store.insertToken(token) }
        }
    }

    @Test func revokingTellsWhichTokensWereGood() async throws {
        try await withLedger { store in
            for id in ["t1", "t2"] { try await store.insertToken(token(id)) }
            try await store.insertToken(token("t3", client: .local))
            #expect(try await store.revokeTokens(.id("t1"), at: at(5)).map(\.id) == ["t1"])
            #expect(try await store.revokeTokens(.id("t1"), at: at(6)).isEmpty)
            #expect(try await store.revokeTokens(.client(Sample.client), at: at(7)).map(\.id) == ["t2"])
            #expect(try await store.tokens().map(\.revokedAt) == [at(5), at(7), nil])
            #expect(try await store.tokens().map { $0.isGood(at: at(8)) } == [false, false, true])
            await #expect(throws: StoreError.self) { try await store.rotateToken("t1", to: token("t4"), oldEndsAt: at(9)) }
            #expect(try await store.token(id: "t4") == nil)
        }
    }

    @Test func aRotatedTokenEndsWithTheOverlapAndNeverLater() async throws {
        try await withLedger { store in
            try await store.insertToken(token("old"))
            try await store.rotateToken("old", to: token("new"), oldEndsAt: at(500))
            #expect(try await store.token(id: "old")?.expiresAt == at(500))
            try await store.rotateToken("old", to: token("newer"), oldEndsAt: at(9000))
            #expect(try await store.token(id: "old")?.expiresAt == at(500))
            #expect(try await store.token(id: "new")?.expiresAt == at(90_000))
        }
    }

    @Test func aUseCostsNoCommitAndTravelsWithTheNextChange() async throws {
        let folder = LedgerFolder()
        let store = try folder.open()
        try await store.insertToken(token("t1"))
        let before = store.writerStatistics.commits
        store.noteUse(ofToken: "t1", at: at(10))
        #expect(try await store.token(id: "t1")?.lastUsedAt == at(10))
        #expect(store.writerStatistics.commits == before)

        let stored: @Sendable () async throws -> Timestamp? = {
            try await store.read { db in try db.integer("SELECT last_used_at FROM tokens").map(Timestamp.init(milliseconds:)) }
        }
        #expect(try await stored() == nil)
        try await store.store(Sample.event("k1"))
        #expect(try await stored() == at(10))
        store.noteUse(ofToken: "t1", at: at(59_000))
        try await store.store(Sample.event("k2"))
        #expect(try await stored() == at(10))
        store.noteUse(ofToken: "t1", at: at(60_010))
        try await store.store(Sample.event("k3"))
        #expect(try await stored() == at(60_010))
        store.noteUse(ofToken: "t1", at: at(60_020))
        try await store.close()

        let reopened = try folder.open()
        #expect(try await reopened.token(id: "t1")?.lastUsedAt == at(60_020))
        try await reopened.close()
    }
}
