import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Answers that would be longer than what may wait for a peer.
@Suite(.timeLimit(.minutes(2)))
struct LargeAnswerTests {
    private static let note = """
        action: note
        on: NOTE
        confirm: NOTED
        parameters: {text: {type: string, maxLength: 60000}}
        steps: [{id: folder, folder: {root: ~/Projects, name: notes}}]
        result: {}
        """

    private static let copy = """
        action: copy
        on: COPY
        confirm: COPIED
        parameters: {text: {type: string, maxLength: 60000}}
        steps: [{id: folder, folder: {root: ~/Projects, name: copies}}]
        result: {text: "{text}", again: "{text}"}
        """

    /// Forty events of 10 kB, and 64 KiB that may be unsent.
    private static let files: BridgeFiles = {
        var files = BridgeFiles.samples
        files.configuration = "limits: {rate: 100000/10s, unsent: 64KiB}\n"
        files.actions["note"] = note
        files.actions["copy"] = copy
        return files
    }()

    private static let count = 40
    private static let text = String(repeating: "x", count: 10_000)

    private func noted(_ number: Int) -> JSONValue { event("NOTE", "n\(number)", ["text": .string(Self.text)]) }

    @Test func aListThatIsTooLongComesInPagesOnASocket() async throws {
        try await withBridge(Self.files) { bridge in
            let token = try await bridge.token("dashboard")
            for number in 1...Self.count { #expect(try await bridge.postAndWait(noted(number), token: token).status == 200) }
            let socket = try await bridge.connect(token)
            var keys: [String] = []
            var after = JSONValue.null
            var pages = 0
            repeat {
                pages += 1
                socket.send([
                    "type": "request", "id": .string("r\(pages)"), "action": "list_events", "payload": ["limit": 500, "after": after],
                ])
                let response = try await socket.next("response", ["requestId": .string("r\(pages)")])
                #expect(response.text.utf8.count < 32 << 10)
                let events = try #require(response["data"]?["events"]?.arrayValue)
                #expect(!events.isEmpty)
                keys += events.compactMap { $0["idempotencyKey"]?.stringValue }
                after = response["data"]?["next"] ?? .null
            } while after != .null
            #expect(keys == (1...Self.count).reversed().map { "n\($0)" })
            #expect(pages > 10)
            socket.send(["type": "request", "id": "f", "action": "list_events", "payload": ["state": ["failed", "queued"], "limit": 3]])
            #expect(try await socket.next("response", ["requestId": "f"])["data"] == ["events": [], "next": .null])
            socket.send(["type": "request", "id": "g", "action": "list_events", "payload": ["state": "nonsense"]])
            #expect(try await socket.next("error", ["requestId": "g"])["code"] == "malformed_request")
        }
    }

    @Test func anEventThatIsLongerThanWhatMayWaitComesWhole() async throws {
        try await withBridge(Self.files) { bridge in
            let token = try await bridge.token("dashboard")
            let text = JSONValue.string(String(repeating: "x", count: 50_000))
            let socket = try await bridge.connect(token)
            socket.send(event("COPY", "long", ["text": text]))
            let confirmation = try await socket.next("COPIED")
            #expect(confirmation["payload"] == ["text": text, "again": text])
            socket.send(["type": "request", "id": "r", "action": "get_event", "payload": ["id": confirmation["id"] ?? .null]])
            let data = try await socket.next("response", ["requestId": "r"])["data"]
            #expect(data?["payload"]?["text"] == text && data?["state"] == "succeeded")
            let stream = try await EventStreamClient.open(bridge, token: token)
            #expect(try await stream.next("confirmation").data["payload"] == ["text": text, "again": text])
        }
    }

    @Test func aListThatIsTooLongComesInPagesOnTheBus() async throws {
        let bus = try PrivateBus()
        try await withBridge(Self.files, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            _ = try await bridge.logged("bus.owned")
            let client = BusClient(bus: bus, home: bridge.home)
            for number in 1...Self.count {
                let sent = try await client.busctl("Submit", "sss", "NOTE", noted(number)["payload"]?.text ?? "", "n\(number)")
                #expect(sent.code == 0, "\(sent.errors)")
            }
            for _ in 1...Self.count { _ = try await bridge.logged("attempt.ended") }
            var keys: [String] = []
            var after: String?
            repeat {
                let listed =
                    if let after {
                        try await client.busctl(
                            "ListQueue", "a{sv}", "3", "state", "s", "succeeded", "limit", "i", "500", "after", "s", after)
                    } else {
                        try await client.busctl("ListQueue", "a{sv}", "2", "state", "s", "succeeded", "limit", "i", "500")
                    }
                let events = try #require(listed.values.first?.arrayValue)
                #expect(!events.isEmpty && listed.output.utf8.count < 32 << 10)
                keys += events.compactMap { $0["idempotencyKey"]?["data"]?.stringValue }
                after = listed.values.last?.stringValue.flatMap { $0.isEmpty ? nil : $0 }
            } while after != nil
            #expect(keys == (1...Self.count).reversed().map { "n\($0)" })
        }
    }
}
