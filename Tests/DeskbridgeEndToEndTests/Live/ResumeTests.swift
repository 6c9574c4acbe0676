import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// What a client that comes back is told.
@Suite(.timeLimit(.minutes(5)))
struct ResumeTests {
    private static func make(_ count: ClosedRange<Int>, on socket: BrowserSocket) async throws {
        for number in count { socket.send(event("CREATE_RESOURCE", "k\(number)", ["name": .string("P\(number)"), "user": "x"])) }
        for _ in count { try await socket.next("RESOURCE_CREATED") }
    }

    private static func numbers(_ socket: BrowserSocket) -> [Int64] {
        socket.all("RESOURCE_CREATED").compactMap { $0["seq"]?.integerValue }
    }

    @Test func whatWasNotAcknowledgedComesFirstAndInOrder() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let first = try await bridge.connect(token)
            try await Self.make(1...5, on: first)
            first.send(["type": "ack", "seq": 2])
            try await first.settle()
            first.cut()

            let second = try await BrowserSocket.open(port: bridge.port, subprotocols: ["deskbridge.v1", "bearer.\(token)"])
            second.send(event("CREATE_RESOURCE", "k6", ["name": "P6", "user": "x"]))
            let greeting = try await second.next("authenticated")
            #expect(greeting["seq"] == 2)
            try await second.next("RESOURCE_CREATED", ["seq": 6])
            #expect(Self.numbers(second) == [3, 4, 5, 6])

            // It is cumulative, and never goes back.
            for seq: JSONValue in [6, 1] { second.send(["type": "ack", "seq": seq]) }
            try await second.settle()
            try await second.close()
            let third = try await bridge.connect(token)
            #expect(third.messages.all.first?["seq"] == 6)
            try await third.settle()
            #expect(Self.numbers(third).isEmpty)
        }
    }

    @Test func acknowledgementsOutliveTheBridge() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            try await Self.make(1...3, on: socket)
            let answer = try await bridge.post("/v1/ack", ["seq": 2], token: token)
            #expect(answer.json?["seq"] == 2)
            try await bridge.kill()
            try await bridge.start()
            let again = try await bridge.connect(token)
            try await again.next("RESOURCE_CREATED", ["seq": 3])
            try await again.settle()
            #expect(Self.numbers(again) == [3])
        }
    }

    @Test func sinceReplaysEverythingVisibleAfterThatNumber() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            try await Self.make(1...4, on: socket)
            socket.send(["type": "ack", "seq": 4])
            socket.send(["type": "subscribe", "channels": ["events"], "since": 1])
            for _ in 2...4 { try await socket.next("RESOURCE_CREATED") }
            try await socket.settle()
            #expect(Self.numbers(socket) == [1, 2, 3, 4, 2, 3, 4])
            // A place in the future is no place to wait for: what comes is told.
            socket.send(["type": "subscribe", "since": 4])
            try await Self.make(5...5, on: socket)
        }
    }

    @Test func nothingAcknowledgedMeansMoreThanThereIs() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            try await Self.make(1...1, on: socket)
            socket.send(["type": "ack", "seq": 9_000_000_000_000_000])
            try await socket.settle()
            socket.cut()
            // An acknowledgement of what was never sent must not swallow what comes later.
            let again = try await bridge.connect(token)
            try await Self.make(2...2, on: again)
            again.cut()
            let third = try await bridge.connect(token)
            try await third.next("RESOURCE_CREATED", ["seq": 2])
        }
    }

    @Test func aStreamResumesWhereItWasCut() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            try await Self.make(1...4, on: try await bridge.connect(token))
            let whole = try await EventStreamClient.open(bridge, token: token)
            for seq in 1...4 { #expect(try await whole.next("confirmation").id == String(seq)) }

            let resumed = try await EventStreamClient.open(bridge, token: token, lastEventID: "2")
            #expect(try await resumed.next("confirmation").data["seq"] == 3)
            #expect(try await resumed.next("confirmation").data["seq"] == 4)
            try await Self.make(5...5, on: try await bridge.connect(token))
            #expect(try await resumed.next("confirmation").id == "5")
            #expect(try await whole.next("confirmation").id == "5")

            let nonsense = await #expect(throws: BrowserSocket.Refused.self) {
                try await EventStreamClient.open(bridge, token: token, lastEventID: "yesterday")
            }
            #expect(nonsense?.response.status == 400)
        }
    }

    @Test func aSocketBeginsWhereItsAddressSays() async throws {
        var files = BridgeFiles.samples
        files.policies["sight"] = "visibility: [{client: wallboard, sees: [dashboard]}]\n"
        try await withBridge(files) { bridge in
            let (token, wallboard) = (try await bridge.token("dashboard"), try await bridge.token("wallboard"))
            try await Self.make(1...4, on: try await bridge.connect(token))
            func open(_ query: String, as token: String) async throws -> BrowserSocket {
                try await BrowserSocket.open(port: bridge.port, path: "/v1/ws" + query, headers: [("Authorization", "Bearer \(token)")])
            }
            let own = try await open("?since=2", as: token)
            let greeting = try await own.next("authenticated")
            #expect(greeting["seq"] == 0 && greeting["ledger"]?.stringValue?.count == 32)
            for seq: JSONValue in [3, 4] { try await own.next("RESOURCE_CREATED", ["seq": seq]) }
            #expect(Self.numbers(own) == [3, 4])
            let others = try await open("?since=1&channels=events,status", as: wallboard)
            try await others.next("status")
            for seq: JSONValue in [2, 3, 4] { try await others.next("RESOURCE_CREATED", ["seq": seq]) }
            #expect(Self.numbers(others) == [2, 3, 4])
            for (query, status) in [("?since=yesterday", 400), ("?since=-1", 400), ("?channels=events,nonsense", 422)] {
                let refused = await #expect(throws: BrowserSocket.Refused.self) { try await open(query, as: token) }
                #expect(refused?.response.status == status)
            }
        }
    }

    @Test func thousandsOfMissedConfirmationsComeWholeAndInOrder() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            // Refused at once by its step, which costs no disk, and confirmed as failed.
            for number in 1...1200 { socket.send(event("CREATE_RESOURCE", "k\(number)", ["name": "Project", "user": "x"])) }
            for _ in 1...1200 { try await socket.next("RESOURCE_CREATED") }
            socket.cut()
            let again = try await bridge.connect(token)
            for _ in 1...1200 { try await again.next("RESOURCE_CREATED") }
            #expect(Self.numbers(again) == Array(1...1200))
        }
    }
}
