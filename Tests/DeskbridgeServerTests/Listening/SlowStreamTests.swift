import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import DeskbridgeTestSupport
import ServiceLifecycle
import Testing

@testable import DeskbridgeServer

/// Connections whose peer reads slowly or not at all, on a real server.
@Suite(.timeLimit(.minutes(1))) struct SlowStreamTests {
    private func serving(_ bench: EngineBench, _ body: (ListeningReport) async throws -> Void) async throws {
        try await bench.bridge.rescue()
        let reports = Mailbox<ListeningReport>()
        let server = try await BridgeServer(bridge: bench.bridge, controlSocket: bench.home.root + "/run/control.sock") { reports.put($0) }
        let group = ServiceGroup(configuration: .init(services: [server], logger: EngineBench.silent))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask { try await group.run() }
            guard let report = await reports.first() else { throw NeverCame("the server", instead: []) }
            do {
                try await body(report)
            } catch {
                tasks.cancelAll()
                throw error
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
        try await bench.store.close()
    }

    private func bench(_ probe: ProbeHandler) throws -> EngineBench {
        try EngineBench(probe: probe) { configuration in
            configuration.listen.port = 0
            configuration.listen.addresses = ["127.0.0.1"]
            configuration.limits.unsent = 64 << 10
        }
    }

    /// A step that writes far more than a connection may have unsent.
    private static let flood = ProbeHandler { call in
        let line = String(repeating: "x", count: 1000) + "\n"
        for _ in 0..<200 { call.write(line) }
        return .succeeded(result: [:])
    }

    private func flood(_ bench: EngineBench, from first: Int) async throws {
        for number in first..<(first + 20) {
            let record = try await bench.send("flood-\(number)")
            _ = try await bench.ended(record.id)
        }
    }

    @Test func aPeerThatTakesNothingIsCutOff() async throws {
        let bench = try bench(Self.flood)
        try await serving(bench) { report in
            let stream = try UnreadStream(socket: report.controlSocket, target: "/v1/stream?channels=output:*")
            try await stream.read(until: "event: authenticated\n")
            try await flood(bench, from: 0)
            await stream.closed()
        }
    }

    @Test func aPeerThatAsksFasterThanItReadsGetsAllItsAnswers() async throws {
        let bench = try bench(ProbeHandler { _ in .succeeded(result: [:]) })
        try await serving(bench) { report in
            for number in 0..<60 { _ = try await bench.ended(try await bench.send("k-\(number)").id) }
            let upgrade =
                "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
            let socket = try UnreadStream(socket: report.controlSocket, target: "/v1/ws", fields: upgrade)
            try await socket.read(until: #""type":"authenticated""#)
            for number in 1...59 {
                let request = #"{"type":"request","id":"r\#(number)","action":"list_events"}"#
                try socket.send(BrowserFrame(BrowserFrame.text, Array(request.utf8)).bytes)
            }
            // So that there is time for all the answers, many times as long as what the kernel holds of them and what may wait.
            for number in 60..<120 { _ = try await bench.ended(try await bench.send("k-\(number)").id) }
            for number in 1...59 { try await socket.read(until: #""requestId":"r\#(number)""#) }
        }
    }

    @Test func aPeerThatTakesNothingDoesNotHoldUpTheStop() async throws {
        let bench = try bench(ProbeHandler { _ in .succeeded(result: [:]) })
        try await serving(bench) { report in
            let stream = try UnreadStream(socket: report.controlSocket, target: "/v1/stream?channels=events")
            try await stream.read(until: "event: authenticated\n")
            // Enough for the connection to be full, and too little to be cut off.
            for number in 0..<60 { _ = try await bench.ended(try await bench.send("k-\(number)").id) }
            _ = stream
        }
    }
}
