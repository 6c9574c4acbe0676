import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

/// Events that wait for a name on a real bus.
@Suite(.timeLimit(.minutes(2))) struct BusNameWaitsTests {
    private static func action(on bus: PrivateBus) -> String {
        """
        action: hold
        on: HOLD
        confirm: HELD
        parameters: {}
        steps:
          - id: hold
            dbus:
              bus: \(bus.address)
              destination: org.example.Peer
              path: /org/example/Peer
              interface: org.example.Peer
              member: Hold
              signature: u
              arguments: [10]
              waitFor: name
        """
    }

    private static func policy(on bus: PrivateBus) -> String {
        "rules: [{allow: [\"*\"], clients: [\"*\"]}]\ngrants: {dbus: [\"\(bus.address) org.example.Peer\"]}"
    }

    @Test func aThousandEventsShareOneWatchAndGoOnTogether() async throws {
        let bus = try PrivateBus()
        let handler = BusHandler()
        let arrivals = BusArrivals(handler)
        let bench = try EngineBench(
            actions: ["hold": Self.action(on: bus)], policies: ["open": Self.policy(on: bus)], handlers: [handler],
            waitSources: [BusNameWaits(arrivals)], usesRealTime: true
        ) { $0.dispatch.running = 10 }
        try await bench.withEngine {
            var ids: [EventID] = []
            for number in 0..<1000 { ids.append(try await bench.send("k-\(number)", type: "HOLD", payload: [:]).id) }
            for id in ids { try await bench.reached(.waiting, id) }
            #expect(bench.bridge.dispatcher.slotsTaken == 0)
            #expect(arrivals.watchCount == 1)

            // The peer answers ten at a time: fewer slots would stop here, and an event that is not woken too.
            let peer = try BusPeer(on: bus)
            for id in ids { #expect(try await bench.ended(id).state == .succeeded) }
            let history = try await bench.history(ids[999])
            #expect(history.attempts.map(\.outcome) == [.waiting, .succeeded])
            peer.end()
        }
        await handler.shutdown()
    }
}
