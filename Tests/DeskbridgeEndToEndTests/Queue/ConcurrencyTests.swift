import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// How many events run at once.
@Suite(.timeLimit(.minutes(5)))
struct ConcurrencyTests {
    @Test func eventsOfOneKeyRunOneAfterTheOtherAndOthersBesideThem() async throws {
        try await withBridge(.working(#"concurrency: {limit: 1, key: "{gate}"}"#)) { bridge in
            let (left, right) = (try bridge.home.turnstile("left"), try bridge.home.turnstile("right"))
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            for number in 1...3 { socket.send(event("WORK", "l\(number)", ["gate": "left", "word": .string("l\(number)")])) }
            socket.send(event("WORK", "r1", ["gate": "right", "word": "r1"]))
            let neighbour = try await right.arrival()
            for number in 1...3 {
                let visitor = try await left.arrival()
                #expect(bridge.home.lines("journal").filter { $0.hasPrefix("l") && $0.hasSuffix("begins") }.count == number)
                visitor.pass()
                try await socket.next("WORK_DONE", ["idempotencyKey": .string("l\(number)")])
            }
            neighbour.pass()
            try await socket.next("WORK_DONE", ["idempotencyKey": "r1"])
        }
    }

    @Test func aLimitWithoutAKeyBindsTheWholeAction() async throws {
        try await withBridge(.working("concurrency: {limit: 2}")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            for number in 1...5 { socket.send(event("WORK", "w\(number)", ["word": .string("w\(number)")])) }
            for number in 1...5 { try await socket.next("accepted", ["idempotencyKey": .string("w\(number)")]) }
            var visitors = [try await gate.arrival(), try await gate.arrival()]
            for round in 1...5 {
                let status = try await bridge.status()
                #expect(status["queue"]?["running"] == .integer(Int64(min(2, 6 - round))))
                visitors.removeFirst().pass()
                try await socket.next("WORK_DONE")
                if round <= 3 { visitors.append(try await gate.arrival()) }
            }
        }
    }

    @Test func theBridgeRunsNoMoreThanItsConfigurationSays() async throws {
        try await withBridge(.working(configuration: "dispatch: {running: 3}\n")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            for number in 1...8 { socket.send(event("WORK", "w\(number)", ["word": .string("w\(number)")])) }
            for number in 1...8 { try await socket.next("accepted", ["idempotencyKey": .string("w\(number)")]) }
            var visitors: [Turnstile.Visitor] = []
            for _ in 1...3 { visitors.append(try await gate.arrival()) }
            #expect(try await bridge.status()["queue"]?["running"] == 3)
            #expect(bridge.home.lines("journal").count == 3)
            for visitor in visitors { visitor.pass() }
            for _ in 4...8 { try await gate.arrival().pass() }
            for _ in 1...8 { try await socket.next("WORK_DONE") }
            #expect(try await bridge.status()["finals"]?["succeeded"] == 8)
        }
    }

    @Test func aFullQueueRefusesOneMore() async throws {
        try await withBridge(.working(configuration: "dispatch: {running: 1, queued: 3}\n")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            for number in 1...4 { socket.send(event("WORK", "w\(number)")) }
            try await socket.next("error") { $0["type"] == "error" }
            let refused = try await bridge.post("/v1/events", event("WORK", "w9"), token: token)
            #expect(refused.status == 507, "\(refused.text)")
            for _ in 1...3 { try await gate.arrival().pass() }
            for _ in 1...3 { try await socket.next("WORK_DONE") }
            socket.send(event("WORK", "w9"))
            try await gate.arrival().pass()
            try await socket.next("WORK_DONE", ["idempotencyKey": "w9"])
        }
    }

    @Test func eventsFoundAtStartGoInTheirOrder() async throws {
        try await withBridge(.working("concurrency: {limit: 1}", stepMore: "safeToRepeat: true")) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token)
            for number in 1...6 {
                socket.send(event("WORK", "w\(number)", ["word": .string("w\(number)")]))
                try await socket.next("accepted", ["idempotencyKey": .string("w\(number)")])
            }
            let orphan = try await gate.arrival()
            try await bridge.kill()
            orphan.pass("stop")
            try await bridge.start()
            for _ in 1...6 { try await gate.arrival().pass() }
            let again = try await bridge.connect(token)
            for _ in 1...6 { try await again.next("WORK_DONE") }
            let ends = bridge.home.lines("journal").filter { $0.hasSuffix("ends") }
            #expect(ends.sorted() == (1...6).map { "w\($0) ends" })
            #expect(ends.filter { $0 != "w1 ends" } == (2...6).map { "w\($0) ends" })
        }
    }
}
