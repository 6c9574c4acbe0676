import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Handshakes as browsers make them for pages: of the web app, of other sites, and of what is no page at all.
@Suite(.timeLimit(.minutes(5))) struct SocketHijackTests {
    /// What the handshake carries to sign in with.
    enum Pass: Sendable { case none, token, ticket }

    struct Handshake: Sendable, CustomTestStringConvertible {
        let origin: String?
        let site: String?
        let mode: String?
        let pass: Pass
        let status: Int

        init(_ origin: String?, _ site: String?, _ mode: String?, _ pass: Pass, _ status: Int) {
            self.origin = origin
            self.site = site
            self.mode = mode
            self.pass = pass
            self.status = status
        }

        var testDescription: String {
            "Origin \(origin ?? "-"), Site \(site ?? "-"), Mode \(mode ?? "-"), \(pass): \(status)"
        }
    }

    private static let good = "https://studio.example"
    private static let evil = "https://evil.example"

    static let handshakes: [Handshake] = [
        // The web app, wherever the browser says that it is; old browsers say nothing.
        Handshake(good, "cross-site", "websocket", .ticket, 101), Handshake(good, "cross-site", "websocket", .token, 101),
        Handshake(good, "cross-site", "websocket", .none, 101), Handshake(good, "same-site", "websocket", .ticket, 101),
        Handshake(good, "same-site", "websocket", .token, 101), Handshake(good, nil, nil, .ticket, 101),
        Handshake(good, nil, "websocket", .ticket, 101), Handshake(good, "none", "websocket", .ticket, 101),
        // Another page, with what it may have got hold of.
        Handshake(evil, "cross-site", "websocket", .ticket, 403), Handshake(evil, "cross-site", "websocket", .token, 403),
        Handshake(evil, "cross-site", "websocket", .none, 401), Handshake(evil, "same-site", "websocket", .ticket, 403),
        Handshake(evil, "same-origin", "websocket", .ticket, 403), Handshake(evil, nil, nil, .ticket, 403),
        Handshake("null", "cross-site", "websocket", .ticket, 403), Handshake("null", "cross-site", "websocket", .token, 403),
        Handshake("http://127.0.0.1:PORT", "same-origin", "websocket", .ticket, 403),
        Handshake("https://studio.example.evil.example", "cross-site", "websocket", .ticket, 403),
        Handshake("https://STUDIO.example", "cross-site", "websocket", .ticket, 403),
        Handshake("https://studio.example:443", "cross-site", "websocket", .ticket, 403),
        Handshake("https://studio.example, https://evil.example", "cross-site", "websocket", .ticket, 403),
        // A browser that says where it comes from but not which page: no page does that.
        Handshake(nil, "cross-site", "websocket", .ticket, 403), Handshake(nil, "same-site", "websocket", .token, 403),
        Handshake(nil, "none", "websocket", .ticket, 403),
        // A handshake that is none of a page's WebSocket.
        Handshake(good, "cross-site", "cors", .ticket, 403), Handshake(good, "cross-site", "no-cors", .ticket, 403),
        Handshake(good, "cross-site", "navigate", .ticket, 403), Handshake(good, "same-site", "same-origin", .token, 403),
        // A program, which needs no origin.
        Handshake(nil, nil, nil, .ticket, 101), Handshake(nil, nil, nil, .token, 101),
    ]

    @Test func onlyThePageThatTheTokenIsForGetsASocket() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {rate: 1000/1s, failures: 1000/1s}\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard", "--origin", Self.good)
            for handshake in Self.handshakes {
                let ticket = try await Self.ticket(bridge, token)
                let status = try await Self.open(handshake, bridge, token, ticket)
                #expect(status == handshake.status, "\(handshake.testDescription)")
                guard handshake.pass == .ticket else { continue }
                // Used up by whoever showed it, and by nobody who was turned away at the door.
                let isSpent = handshake.mode.map { $0 == "websocket" } ?? true && !(handshake.origin == nil && handshake.site != nil)
                let again = Handshake(Self.good, "cross-site", "websocket", .ticket, isSpent ? 401 : 101)
                #expect(try await Self.open(again, bridge, token, ticket) == again.status, "after \(handshake.testDescription)")
            }
        }
    }

    @Test func aTicketIsToldThatThereIsNoPlaceAndStaysGood() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {connections: 2}\n"
        try await withBridge(files) { bridge in
            let token = try await bridge.token("dashboard", "--origin", Self.good)
            let ticket = try await Self.ticket(bridge, token)
            let first = try await bridge.connect(token)
            let second = try await bridge.connect(token)
            let full = Handshake(Self.good, "cross-site", "websocket", .ticket, 503)
            for _ in 1...2 { #expect(try await Self.open(full, bridge, token, ticket) == 503) }
            try await first.close()
            // The place is free once TCP is closed on both sides.
            var status = 503
            while status == 503 { status = try await Self.open(full, bridge, token, ticket) }
            #expect(status == 101)
            try await second.settle()
        }
    }

    private static func ticket(_ bridge: RunningBridge, _ token: String) async throws -> String {
        try #require(try await bridge.request("POST", "/v1/tickets", token: token).json?["ticket"]?.stringValue)
    }

    /// The status that the handshake is answered with.
    private static func open(_ handshake: Handshake, _ bridge: RunningBridge, _ token: String, _ ticket: String) async throws -> Int {
        var headers: [(String, String)] = []
        if let origin = handshake.origin { headers.append(("Origin", origin.replacing("PORT", with: "\(bridge.port)"))) }
        if let site = handshake.site { headers.append(("Sec-Fetch-Site", site)) }
        if let mode = handshake.mode { headers += [("Sec-Fetch-Mode", mode), ("Sec-Fetch-Dest", "websocket")] }
        do {
            let socket = try await BrowserSocket.open(
                port: bridge.port, path: handshake.pass == .ticket ? "/v1/ws?ticket=\(ticket)" : "/v1/ws",
                subprotocols: ["deskbridge.v1"] + (handshake.pass == .token ? ["bearer.\(token)"] : []), headers: headers)
            if handshake.pass == .none { socket.send(["type": "auth", "token": .string(token)]) }
            try await socket.next("authenticated")
            try await socket.close()
            return socket.response.status
        } catch let refused as BrowserSocket.Refused {
            return refused.response.status
        }
    }
}
