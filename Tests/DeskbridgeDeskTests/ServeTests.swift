import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// The whole program with a desktop.
@Suite(.timeLimit(.minutes(2))) struct ServeTests {
    @Test func theDaemonAsksAtTheDeskAndSurvivesItsDeathThere() async throws {
        let files = BridgeFiles(
            actions: [
                "make": """
                action: make
                on: MAKE
                confirm: MADE
                description: Makes a <b>folder</b>.
                parameters: {name: {type: string}}
                steps: [{id: one, folder: {root: ~/Projects, name: "{name}", tree: []}}]
                """
            ],
            policies: ["ask": "rules: [{ask: [MAKE], clients: [\"*\"], timeout: 1h}]\ngrants: {folders: [~/Projects]}"])
        let desktop = try MockDesktop()
        try await desktop.running {
            try await withBridge(files, environment: ["DBUS_SESSION_BUS_ADDRESS": desktop.bus.address]) { bridge in
                let token = try await bridge.token("dashboard")
                let accepted = try await bridge.post("/v1/events", event("MAKE", "k-1", ["name": "A"]), token: token)
                #expect(accepted.json?["state"] == "waiting")
                let first = try await desktop.next()
                #expect(first.body.contains("Action: “Makes a &lt;b&gt;folder&lt;/b&gt;.”") && first.body.contains("Projects/A"))
                _ = try await bridge.logged("desk.asked")

                try await bridge.kill()
                try await bridge.start()
                let again = try await desktop.next()
                #expect(again.replaced == first.number)
                try await desktop.press("allow", on: again.number)
                let socket = try await bridge.connect(token)
                try await socket.next("MADE")
                let id = try #require(accepted.json?["id"]?.stringValue)
                #expect(try await bridge.event(id)["approval"]?["place"] == "notification")
            }
        }
    }
}
