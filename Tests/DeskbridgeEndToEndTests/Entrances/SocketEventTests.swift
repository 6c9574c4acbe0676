import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// An event on a WebSocket, and what the same key is worth afterwards.
@Suite(.timeLimit(.minutes(5)))
struct SocketEventTests {
    private static let create = event("CREATE_RESOURCE", "k1", ["name": "Project_001", "user": "John"])

    @Test func anEventIsAcceptedThenConfirmed() async throws {
        try await withBridge(.samples) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(Self.create)
            let confirmation = try await socket.next("RESOURCE_CREATED")
            let accepted = try #require(socket.all("accepted").first)
            #expect(accepted["idempotencyKey"] == "k1")
            #expect(accepted["replayed"] == false)
            #expect(confirmation["id"] == accepted["id"])
            #expect(confirmation["idempotencyKey"] == "k1")
            #expect(confirmation["source"] == "dashboard")
            #expect(confirmation["attempt"] == 1)
            #expect(confirmation["seq"] == 1)
            let types = socket.messages.all.compactMap { $0["type"]?.stringValue }
            #expect(types == ["authenticated", "accepted", "RESOURCE_CREATED"])
        }
    }

    @Test func theSameKeyGetsTheSameConfirmationAndNothingRuns() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(event("WORK", "w1"))
            try await gate.arrival().pass()
            let first = try await socket.next("WORK_DONE")
            socket.send(event("WORK", "w1"))
            let again = try await socket.next("accepted", ["replayed": true])
            #expect(again["id"] == first["id"])
            #expect(again["state"] == "succeeded")
            #expect(try await socket.next("WORK_DONE") == first)
            // Were it run again, it would stop at the turnstile after this line.
            #expect(bridge.home.lines("journal") == ["work begins", "work ends"])
            #expect(try await bridge.event(try #require(first["id"]?.stringValue))["attempts"]?.arrayValue?.count == 1)
        }
    }

    @Test func theSameKeyJoinsAnEventThatStillRuns() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let (one, two) = (try await bridge.connect(token), try await bridge.connect(token))
            one.send(event("WORK", "w1"))
            let visitor = try await gate.arrival()
            two.send(event("WORK", "w1"))
            let joined = try await two.next("accepted", ["replayed": true])
            #expect(joined["state"] == "running")
            visitor.pass()
            #expect(try await one.next("WORK_DONE") == (try await two.next("WORK_DONE")))
            #expect(bridge.home.lines("journal") == ["work begins", "work ends"])
        }
    }

    @Test func theSameKeyWithAnotherPayloadOrTypeIsRefused() async throws {
        try await withBridge(.samples) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            socket.send(Self.create)
            try await socket.next("RESOURCE_CREATED")
            for other in [
                event("CREATE_RESOURCE", "k1", ["name": "Project_002", "user": "John"]),
                event("CREATE_RESOURCE", "k1", ["name": "Project_001", "user": "John", "shots": 2]),
                event("WORK", "k1"),
            ] {
                socket.send(other)
                try await socket.next("error", ["code": "key_reused", "idempotencyKey": "k1"])
            }
            #expect(bridge.home.tree("user/Projects").filter { $0.hasSuffix("/") && !$0.dropLast().contains("/") } == ["Project_001/"])
            // The key still belongs to the first.
            socket.send(Self.create)
            try await socket.next("RESOURCE_CREATED", ["seq": 1])
        }
    }

    @Test func aKeyBelongsToItsClient() async throws {
        try await withBridge(.samples) { bridge in
            let one = try await bridge.connect(try await bridge.token("one"))
            let two = try await bridge.connect(try await bridge.token("two"))
            one.send(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]))
            two.send(event("CREATE_RESOURCE", "k", ["name": "B", "user": "x"]))
            let (first, second) = (try await one.next("RESOURCE_CREATED"), try await two.next("RESOURCE_CREATED"))
            #expect(first["id"] != second["id"])
            #expect(second["payload"]?["name"] == "B")
        }
    }

    static let spellings = [
        #"{"type":"CREATE_RESOURCE","idempotencyKey":"k","payload":{"name":"A","user":"x","shots":1}}"#,
        #"{"payload":{"shots":1,"user":"x","name":"A"},"idempotencyKey":"k","type":"CREATE_RESOURCE"}"#,
        #" { "type" : "CREATE_RESOURCE" , "idempotencyKey":"k","payload":{"name":"A","user":"x","shots":1.0}}"#,
        #"{"type":"CREATE_RESOURCE","idempotencyKey":"k","payload":{"name":"\u0041","user":"x","shots":1e0}}"#,
        #"{"type":"CREATE_RESOURCE","idempotencyKey":"k","payload":{"name":"A","user":"x","shots":10e-1}}"#,
    ]

    @Test func orderSpacesAndSpellingMakeNoOtherPayload() async throws {
        try await withBridge(.samples) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            for (index, text) in Self.spellings.enumerated() {
                socket.send(text: text)
                let accepted = try await socket.next("\(text) accepted") { $0["type"] == "accepted" || $0["type"] == "error" }
                #expect(accepted["replayed"] == .bool(index > 0), "\(text)")
                try await socket.next("RESOURCE_CREATED", ["seq": 1])
            }
        }
    }

    @Test func confirmationsOfManyEventsAtOnceComeInTheOrderOfTheirNumbers() async throws {
        try await withBridge(.samples) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            for number in 1...60 { socket.send(event("CREATE_RESOURCE", "k\(number)", ["name": .string("P\(number)"), "user": "x"])) }
            for _ in 1...60 { try await socket.next("RESOURCE_CREATED") }
            let all = socket.messages.all
            #expect(socket.all("RESOURCE_CREATED").compactMap { $0["seq"]?.integerValue } == Array(1...60))
            for confirmation in socket.all("RESOURCE_CREATED") {
                let accepted = try #require(all.firstIndex { $0["type"] == "accepted" && $0["id"] == confirmation["id"] })
                #expect(accepted < (try #require(all.firstIndex(of: confirmation))))
            }
        }
    }
}
