import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite struct SessionRegistryTests {
    private let registry = SessionRegistry()
    private let endings = Mailbox<String>()

    private func client(_ name: String, token: String, single: Bool = false) throws -> Authenticated {
        Authenticated(identity: Identity(client: try #require(ClientName(name)), token: token), rate: nil, isSingleSession: single)
    }

    private func add(_ id: String, _ client: Authenticated) {
        registry.add(id, client) { [endings] ending in endings.put("\(id) \(ending.code)") }
    }

    private var counts: [String: Int] { Dictionary(uniqueKeysWithValues: registry.counts.map { ($0.client.text, $0.connections) }) }

    @Test func connectionsAreCountedByClient() throws {
        add("1", try client("a", token: "t1"))
        add("2", try client("a", token: "t2"))
        add("3", try client("b", token: "t3"))
        #expect(counts == ["a": 2, "b": 1])
        registry.remove("1")
        registry.remove("1")
        #expect(counts == ["a": 1, "b": 1])
        #expect(endings.all.isEmpty)
    }

    @Test func aSingleSessionTakesTheOldersPlace() throws {
        add("1", try client("a", token: "t1", single: true))
        add("2", try client("b", token: "t2", single: true))
        add("3", try client("a", token: "t1", single: true))
        #expect(endings.all == ["1 4002"])
    }

    @Test func othersSessionsStay() throws {
        add("1", try client("a", token: "t1"))
        add("2", try client("a", token: "t1"))
        #expect(endings.all.isEmpty)
    }

    @Test func aRevokedTokenEndsItsConnectionsOnly() throws {
        add("1", try client("a", token: "t1"))
        add("2", try client("a", token: "t2"))
        add("3", .local)
        registry.end(tokens: ["t2", "t9"])
        #expect(endings.all == ["2 4401"])
    }

    @Test func aStoppingBridgeEndsAllAndEachThatComesLater() throws {
        add("1", try client("a", token: "t1"))
        registry.endAll()
        add("2", try client("b", token: "t2"))
        #expect(endings.all == ["1 1001", "2 1001"])
    }
}
