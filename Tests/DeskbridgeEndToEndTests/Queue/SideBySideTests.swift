import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Slow D-Bus calls hold up neither each other nor anything else.
@Suite(.timeLimit(.minutes(5)))
struct SideBySideTests {
    private static let hold = """
        action: hold
        on: HOLD
        confirm: HELD
        parameters: {count: {type: integer, minimum: 1, maximum: 1000}}
        steps:
          - id: hold
            dbus:
              bus: session
              destination: org.example.Peer
              path: /
              interface: org.example.Peer
              member: Hold
              signature: u
              arguments: ["{count}"]
              timeout: 5m
        result: {number: "{steps.hold.reply.0}"}
        """

    @Test func twoHundredCallsThatWaitForEachOtherEndTogether() async throws {
        let bus = try PrivateBus()
        let peer = try BusPeer(on: bus)
        var files = BridgeFiles.samples
        files.configuration += "dispatch: {running: 256}\n"
        files.actions["hold"] = Self.hold
        files.policies["10-open"]?.append("\n  dbus: [\"session org.example.Peer org.example.Peer.Hold\"]\n")
        try await withBridge(files, environment: ["DBUS_SESSION_BUS_ADDRESS": bus.address]) { bridge in
            let socket = try await bridge.connect(try await bridge.token("dashboard"))
            func send(_ number: Int) {
                socket.send(["type": "HOLD", "idempotencyKey": .string("k-\(number)"), "payload": ["count": 200]])
            }
            // The peer answers none of them before it has all: were one call to wait for another, none would ever end.
            for number in 1..<200 { send(number) }
            // Meanwhile everything else goes on.
            let other = try await bridge.command("send", "CREATE_RESOURCE", "--set", "name=Meanwhile", "--set", "user=John")
            #expect(other.code == 0, "\(other.errors)")
            #expect(try await bridge.status()["finals"]?["succeeded"] == 1)
            send(200)
            var numbers: Set<Int64> = []
            for _ in 0..<200 {
                let confirmation = try await socket.next("HELD")
                if let number = confirmation["payload"]?["number"]?.integerValue { numbers.insert(number) }
            }
            #expect(numbers == Set(0..<200))
        }
        peer.end()
    }
}
