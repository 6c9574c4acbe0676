import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Each way to present a token on a WebSocket, from the upgrade to the confirmation.
@Suite(.timeLimit(.minutes(5)))
struct SocketSignInTests {
    enum Way: CaseIterable {
        case subprotocol, header, firstMessage, ticket
    }

    @Test(arguments: Way.allCases)
    func aTokenInAnyOfItsPlacesSignsIn(_ way: Way) async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let socket: BrowserSocket
            switch way {
            case .subprotocol:
                socket = try await BrowserSocket.open(port: bridge.port, subprotocols: ["deskbridge.v1", "bearer.\(token)"])
                #expect(socket.response.headers["sec-websocket-protocol"] == "deskbridge.v1")
            case .header:
                socket = try await BrowserSocket.open(port: bridge.port, headers: [("Authorization", "Bearer \(token)")])
                #expect(socket.response.headers["sec-websocket-protocol"] == nil)
            case .firstMessage:
                socket = try await BrowserSocket.open(port: bridge.port)
                socket.send(event("CREATE_RESOURCE", "too-early", ["name": "Early", "user": "John"]))
                try await socket.next("error", ["code": "unauthenticated", "idempotencyKey": "too-early"])
                socket.send(["type": "auth", "token": .string(token)])
            case .ticket:
                let ticket = try await bridge.request("POST", "/v1/tickets", token: token)
                #expect(ticket.status == 201)
                let text = try #require(ticket.json?["ticket"]?.stringValue)
                socket = try await BrowserSocket.open(port: bridge.port, path: "/v1/ws?ticket=\(text)")
            }
            #expect(socket.response.headers["sec-websocket-accept"] == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "RFC 6455 section 1.3")
            let greeting = try await socket.next("authenticated")
            #expect(greeting["client"] == "dashboard")
            #expect(greeting["seq"] == 0)

            socket.send(event("CREATE_RESOURCE", "k1", ["name": "Project_001", "user": "John"]))
            let confirmation = try await socket.next("RESOURCE_CREATED")
            #expect(confirmation["payload"]?["path"] == .string("\(bridge.home.user)/Projects/Project_001"))
            #expect(bridge.home.read("user/Projects/Project_001/README.md") == "# Project_001\nFor John.\n")
            #expect(
                bridge.home.tree("user/Projects") == [
                    "Project_001/", "Project_001/README.md", "Project_001/assets/", "Project_001/assets/models/",
                    "Project_001/assets/textures/", "Project_001/shots/", "Project_001/shots/sh001/", "Project_001/shots/sh002/",
                ])
        }
    }

    @Test func aTicketIsGoodOnceOnly() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let ticket = try #require(try await bridge.request("POST", "/v1/tickets", token: token).json?["ticket"]?.stringValue)
            let first = try await BrowserSocket.open(port: bridge.port, path: "/v1/ws?ticket=\(ticket)")
            try await first.next("authenticated")
            let refused = await #expect(throws: BrowserSocket.Refused.self) {
                try await BrowserSocket.open(port: bridge.port, path: "/v1/ws?ticket=\(ticket)")
            }
            #expect(refused?.response.status == 401)
            #expect(refused?.response.code == "unauthenticated")
        }
    }

    @Test func whoDoesNotSignInIsSentAwayAfterTheTimeThatTheConfigurationGives() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {authentication: 1s}\n"
        try await withBridge(files) { bridge in
            let silent = try await BrowserSocket.open(port: bridge.port)
            let chatty = try await BrowserSocket.open(port: bridge.port)
            chatty.send(["type": "ping"])
            try await chatty.next("pong")
            #expect(try await silent.closed().code == 4401)
            #expect(try await chatty.closed().code == 4401)
            // The time is for signing in, not for staying.
            let token = try await bridge.token("dashboard")
            let signedIn = try await bridge.connect(token)
            #expect(try await BrowserSocket.open(port: bridge.port).closed().code == 4401)
            try await signedIn.settle()
        }
    }

    @Test func aWrongTokenIsAnsweredAndClosed() async throws {
        try await withBridge(.samples) { bridge in
            let socket = try await BrowserSocket.open(port: bridge.port)
            socket.send(["type": "auth", "token": .string("dbt_" + String(repeating: "A", count: 43))])
            try await socket.next("error", ["code": "unauthenticated"])
            #expect(try await socket.closed().code == 4401)
            #expect(try await bridge.serves())
        }
    }

    @Test func aPageOfAnotherOriginIsClosedWith4403() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard", "--origin", "https://studio.example")
            _ = try await bridge.token("other", "--origin", "https://other.example")
            _ = try await bridge.connect(token, origin: "https://studio.example")
            // An origin that some token knows may open the socket, and is found out when it signs in.
            let socket = try await BrowserSocket.open(port: bridge.port, headers: [("Origin", "https://other.example")])
            socket.send(["type": "auth", "token": .string(token)])
            try await socket.next("error", ["code": "origin_forbidden"])
            #expect(try await socket.closed().code == 4403)
        }
    }
}
