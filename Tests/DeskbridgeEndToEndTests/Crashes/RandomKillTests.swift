import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// A hundred events, and a bridge that is killed again and again while they come in and run.
@Suite(.timeLimit(.minutes(5)))
struct RandomKillTests {
    /// One client's view over all of its connections: it sends again, under the same keys, what it has no confirmation of.
    private struct Sender {
        let keys: [String]
        var confirmations: [String: Set<JSONValue>] = [:]

        func unconfirmed() -> [String] { keys.filter { confirmations[$0] == nil } }

        mutating func take(_ socket: BrowserSocket) {
            for message in socket.all("RESOURCE_CREATED") + socket.all("CREATE_RESOURCE_FAILED") {
                guard let key = message["idempotencyKey"]?.stringValue else { continue }
                confirmations[key, default: []].insert(message)
            }
        }
    }

    @Test func noEventIsLostAndNoneRunsTwice() async throws {
        var generator = SystemRandomNumberGenerator()
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            var sender = Sender(keys: (1...100).map { "k\($0)" })
            var moments: [Int] = []
            for _ in 1...10 {
                let socket = try await bridge.connect(token)
                for key in sender.unconfirmed().prefix(30) {
                    socket.send(event("CREATE_RESOURCE", key, ["name": .string(key), "user": "x"]))
                }
                let moment = Int.random(in: 0...25, using: &generator)
                moments.append(moment)
                for _ in 0..<moment { guard await socket.messages.first() != nil else { break } }
                try await bridge.kill()
                _ = try await socket.closed()
                sender.take(socket)
                try await bridge.start()
            }
            let socket = try await bridge.connect(token)
            for key in sender.unconfirmed() { socket.send(event("CREATE_RESOURCE", key, ["name": .string(key), "user": "x"])) }
            for key in sender.unconfirmed() { try await socket.next("RESOURCE_CREATED", ["idempotencyKey": .string(key)]) }
            try await socket.settle()
            sender.take(socket)

            let shown = Comment(rawValue: "killed after \(moments) messages")
            for key in sender.keys { #expect(sender.confirmations[key]?.count == 1, "\(key), \(shown.rawValue)") }
            let numbers = sender.confirmations.values.flatMap { $0 }.compactMap { $0["seq"]?.integerValue }
            #expect(Set(numbers).count == 100, shown)
            let folders = bridge.home.tree("user/Projects").filter { $0.hasSuffix("/") && !$0.dropLast().contains("/") }
            #expect(folders.sorted() == sender.keys.map { $0 + "/" }.sorted(), shown)
            #expect(bridge.home.tree("user/Projects").count == 100 * 8, shown)
            let status = try await bridge.status()
            #expect(status["finals"]?["succeeded"] == 100, shown)
            #expect(status["queue"] == ["queued": 0, "running": 0, "retrying": 0, "waiting": 0], shown)
        }
    }
}
