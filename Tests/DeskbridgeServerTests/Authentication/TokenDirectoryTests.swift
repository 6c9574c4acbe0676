import DeskbridgeCore
import DeskbridgeStore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite(.timeLimit(.minutes(1))) struct TokenDirectoryTests {
    private func request(_ name: String, origins: [String] = [], expiry: Duration = .seconds(86_400)) throws -> TokenRequest {
        TokenRequest(client: try #require(ClientName(name)), origins: origins, expiry: expiry)
    }

    private func directory(_ bench: EngineBench) async throws -> TokenDirectory {
        try await TokenDirectory(store: bench.store, clock: bench.time.wall)
    }

    @Test func aTokenIsFoundByItsHashOnly() async throws {
        let bench = try EngineBench()
        let tokens = try await directory(bench)
        let (token, record) = try await tokens.create(request("studio", origins: ["https://studio.example"]))
        #expect(tokens.find(hash: token.hash)?.id == record.id)
        #expect(tokens.find(id: record.id)?.client.text == "studio")
        #expect(tokens.find(hash: BearerToken.mint().hash) == nil)
        #expect(tokens.find(hash: []) == nil)
        #expect(tokens.allows(origin: "https://studio.example"))
        #expect(!tokens.allows(origin: "https://studio.example:443"))
        #expect(try await bench.store.tokens().allSatisfy { "\($0)".contains(token.secret) == false })
        // Another start knows it too.
        #expect(try await directory(bench).find(hash: token.hash)?.id == record.id)
        try await bench.store.close()
    }

    @Test func anExpiredTokenIsNotInForce() async throws {
        let bench = try EngineBench()
        let tokens = try await directory(bench)
        let (token, _) = try await tokens.create(request("studio", origins: ["https://studio.example"], expiry: .seconds(60)))
        bench.time.pass(.seconds(59))
        #expect(tokens.find(hash: token.hash) != nil)
        bench.time.pass(.seconds(1))
        #expect(tokens.find(hash: token.hash) == nil)
        #expect(!tokens.allows(origin: "https://studio.example"))
        try await bench.store.close()
    }

    @Test func aRotatedTokenStaysForTheOverlap() async throws {
        let bench = try EngineBench()
        let tokens = try await directory(bench)
        let (old, record) = try await tokens.create(request("studio", origins: ["https://studio.example"]))
        let (new, successor) = try #require(try await tokens.rotate(record.id, overlap: .seconds(600), expiry: .seconds(86_400)))
        #expect(successor.client == record.client)
        #expect(successor.origins == record.origins)
        #expect(tokens.find(hash: old.hash) != nil)
        #expect(tokens.find(hash: new.hash) != nil)
        bench.time.pass(.seconds(600))
        #expect(tokens.find(hash: old.hash) == nil)
        #expect(tokens.find(hash: new.hash) != nil)
        #expect(try await tokens.rotate(record.id, overlap: .zero, expiry: .seconds(60)) == nil)
        #expect(try await tokens.rotate("none", overlap: .zero, expiry: .seconds(60)) == nil)
        try await bench.store.close()
    }

    @Test func revocationIsByIDOrForAClient() async throws {
        let bench = try EngineBench()
        let tokens = try await directory(bench)
        let first = try await tokens.create(request("studio"))
        let second = try await tokens.create(request("studio"))
        let third = try await tokens.create(request("studio"))
        let other = try await tokens.create(request("other"))
        #expect(try await tokens.revoke(first.record.id) == [first.record.id])
        #expect(tokens.find(hash: first.token.hash) == nil)
        #expect(tokens.find(hash: second.token.hash) != nil)
        #expect(Set(try await tokens.revoke("studio")) == [second.record.id, third.record.id])
        #expect(tokens.find(hash: third.token.hash) == nil)
        #expect(tokens.find(hash: other.token.hash) != nil)
        #expect(try await tokens.revoke("studio").isEmpty)
        #expect(try await tokens.revoke("nobody").isEmpty)
        try await bench.store.close()
    }

    /// Whatever the readings of the ledger do among each other, a token that was revoked is never in force again.
    @Test func revocationsAtTheSameTimeAllCount() async throws {
        let bench = try EngineBench()
        let tokens = try await directory(bench)
        for _ in 0..<10 {
            var made: [(token: BearerToken, record: TokenRecord)] = []
            for _ in 0..<8 { made.append(try await tokens.create(request("studio"))) }
            try await withThrowingTaskGroup(of: Void.self) { group in
                for (_, record) in made { group.addTask { _ = try await tokens.revoke(record.id) } }
                group.addTask { _ = try await tokens.create(request("other")) }
                try await group.waitForAll()
            }
            for (token, _) in made { #expect(tokens.find(hash: token.hash) == nil) }
        }
        #expect(Set(tokens.all.map(\.id)).count == tokens.all.count)
        #expect(tokens.all.count { $0.client.text == "other" } == 10)
        try await bench.store.close()
    }

    @Test func theListTellsTheLatestUse() async throws {
        let bench = try EngineBench()
        let tokens = try await directory(bench)
        let (_, record) = try await tokens.create(request("studio"))
        #expect(try await tokens.listing().first?.lastUsedAt == nil)
        bench.time.pass(.seconds(5))
        tokens.touch(record.id)
        #expect(try await tokens.listing().first?.lastUsedAt == bench.time.now)
        try await bench.store.close()
    }
}
