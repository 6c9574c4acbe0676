import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// CloudEvents 1.0 in all three spellings.
@Suite(.timeLimit(.minutes(5)))
struct CloudEventTests {
    private static func cloudEvent(_ id: String, name: String = "Project_001") -> JSONValue {
        [
            "specversion": "1.0", "type": "CREATE_RESOURCE", "source": "https://studio.example/dashboard", "id": .string(id),
            "datacontenttype": "application/json", "traceparent": "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "data": ["name": .string(name), "user": "John"],
        ]
    }

    @Test func structuredAndBinaryModeAreTheSameEvent() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let structured = try await bridge.request(
                "POST", "/v1/events", token: token,
                headers: [("Content-Type", "application/cloudevents+json; charset=utf-8"), ("Prefer", "wait=30")],
                body: Array(Self.cloudEvent("e1").text.utf8))
            #expect(structured.status == 200)
            #expect(structured.json?["result"]?["path"] == .string("\(bridge.home.user)/Projects/Project_001"))

            let binary = try await bridge.request(
                "POST", "/v1/events", token: token,
                headers: [
                    ("ce-specversion", "1.0"), ("ce-type", "CREATE_RESOURCE"), ("ce-source", "https://studio.example/dashboard"),
                    ("ce-id", "e1"), ("Content-Type", "application/json"),
                ], body: Array(#"{"name":"Project_001","user":"John"}"#.utf8))
            #expect(binary.status == 202)
            #expect(binary.headers["idempotent-replayed"] == "true")
            #expect(binary.json?["id"] == structured.json?["id"])

            // Source and id make the key: another id is another event.
            let other = try await bridge.request(
                "POST", "/v1/events", token: token,
                headers: [
                    ("ce-specversion", "1.0"), ("ce-type", "CREATE_RESOURCE"), ("ce-source", "https://studio.example/dashboard"),
                    ("ce-id", "e%202"), ("Content-Type", "application/json"), ("Prefer", "wait=30"),
                ], body: Array(#"{"name":"Project_002","user":"John"}"#.utf8))
            #expect(other.status == 200)
            #expect(other.json?["idempotencyKey"] == "https://studio.example/dashboard e 2")
        }
    }

    @Test func onAWebSocketTheConfirmationIsACloudEventToo() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket = try await bridge.connect(token, subprotocols: ["cloudevents.json"])
            #expect(socket.response.headers["sec-websocket-protocol"] == "cloudevents.json")
            for _ in 1...2 {
                socket.send(Self.cloudEvent("e1"))
                let confirmation = try await socket.next("a CloudEvent") { $0["specversion"] == "1.0" }
                #expect(confirmation["type"] == "RESOURCE_CREATED")
                #expect(confirmation["data"]?["path"] == .string("\(bridge.home.user)/Projects/Project_001"))
                #expect(confirmation["id"] == "1")
                #expect(confirmation["datacontenttype"] == "application/json")
                #expect(confirmation["time"]?.stringValue?.hasSuffix("Z") == true)
                #expect(confirmation["source"]?.stringValue?.isEmpty == false)
                #expect(confirmation["subject"]?.stringValue?.count == 36)
                // Attribute names are small letters and digits (section 3.1).
                for name in confirmation.objectValue?.keys ?? [] {
                    #expect(name.allSatisfy { $0.isASCII && ($0.isLowercase || $0.isNumber) }, "\(name)")
                }
            }
            #expect(socket.messages.all.filter { $0["type"] == "accepted" }.map { $0["replayed"] } == [false, true])
        }
    }

    static let flaws: [(JSONValue, pointer: String)] = [
        (["specversion": "0.3", "type": "CREATE_RESOURCE", "source": "s", "id": "1", "data": [:]], "/specversion"),
        (["specversion": "1.0", "source": "s", "id": "1", "data": [:]], "/type"),
        (["specversion": "1.0", "type": "CREATE_RESOURCE", "id": "1", "data": [:]], "/source"),
        (["specversion": "1.0", "type": "CREATE_RESOURCE", "source": "s", "id": "", "data": [:]], "/id"),
        (["specversion": "1.0", "type": "CREATE_RESOURCE", "source": "s", "id": 7, "data": [:]], "/id"),
        (["specversion": "1.0", "type": "CREATE_RESOURCE", "source": "s", "id": "1", "data": "text"], "/data"),
        (["specversion": "1.0", "type": "CREATE_RESOURCE", "source": "s", "id": "1", "data_base64": "e30="], "/data_base64"),
        (
            ["specversion": "1.0", "type": "CREATE_RESOURCE", "source": "s", "id": "1", "datacontenttype": "text/xml", "data": [:]],
            "/datacontenttype"
        ),
    ]

    @Test func whatIsNoCloudEventIsRefusedWithItsPlace() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            for (body, pointer) in Self.flaws {
                let answer = try await bridge.request(
                    "POST", "/v1/events", token: token, headers: [("Content-Type", "application/cloudevents+json")],
                    body: Array(body.text.utf8))
                #expect(answer.status == 422, "\(body.text)")
                #expect(
                    answer.json?["errors"]?.arrayValue?.contains { $0["pointer"] == .string(pointer) } == true,
                    "\(body.text): \(answer.text)")
            }
            let batch = try await bridge.request(
                "POST", "/v1/events", token: token, headers: [("Content-Type", "application/cloudevents-batch+json")],
                body: Array("[]".utf8))
            #expect(batch.status == 415)
        }
    }
}
