import DeskbridgeCore
import DeskbridgeTestSupport
import Foundation
import Testing

/// How the console in the browser becomes the person at the desk, and how nobody else does.
@Suite(.timeLimit(.minutes(5)))
struct DeskSessionTests {
    @Test func aTicketFromTheDeskBecomesASessionWithTheRightsOfTheDesk() async throws {
        try await withBridge(.samples) { bridge in
            let dashboard = try await bridge.token("dashboard")
            let made = try await bridge.postAndWait(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]), token: dashboard)
            let id = try #require(made.json?["id"]?.stringValue)

            let session = try await bridge.openDesk()
            #expect(session["client"] == "console")
            #expect(session["expiresAt"]?.stringValue.flatMap { Timestamp($0) } != nil)
            let token = try #require(session["token"]?.stringValue)
            #expect(try await bridge.request("GET", "/v1/events/\(id)", token: token).status == 200)
            #expect(try await bridge.request("GET", "/v1/events", token: token).json?["events"]?.arrayValue?.count == 1)
            #expect(try await bridge.request("GET", "/v1/status", token: token).json?["policies"] != nil)
            let tokens = try #require(try await bridge.request("GET", "/v1/tokens", token: token).json?["tokens"]?.arrayValue)
            #expect(tokens.map { $0["desk"] ?? false } == [false, true])
            let socket = try await bridge.connect(token, origin: "http://127.0.0.1:\(bridge.port)")
            socket.send(["type": "subscribe", "channels": ["events"]])
            _ = try await bridge.postAndWait(event("CREATE_RESOURCE", "k2", ["name": "B", "user": "x"]), token: dashboard)
            try await socket.next("RESOURCE_CREATED", ["source": "dashboard"])
        }
    }

    @Test func aSessionEndsWithItsRevocation() async throws {
        try await withBridge(.samples) { bridge in
            let token = try #require(try await bridge.openDesk()["token"]?.stringValue)
            let socket = try await bridge.connect(token)
            #expect(try await bridge.command("token", "list").output.contains("desk session"))
            #expect(try await bridge.command("token", "revoke", "console").code == 0)
            #expect(try await socket.closed().code == 4401)
            #expect(try await bridge.request("GET", "/v1/tokens", token: token).status == 401)
            // The next one clears the ended one away.
            _ = try await bridge.openDesk()
            #expect(try await bridge.command("token", "list", "--format", "json").json?["tokens"]?.arrayValue?.count == 1)
        }
    }

    /// Whoever took the port meanwhile may have got the session's token from a page that came back.
    @Test(arguments: [false, true]) func aSessionEndsWithTheBridgeAndATokenDoesNot(isKilled: Bool) async throws {
        try await withBridge(.samples) { bridge in
            let desk = try #require(try await bridge.openDesk()["token"]?.stringValue)
            let dashboard = try await bridge.token("dashboard")
            if isKilled { try await bridge.kill() } else { try await bridge.stop() }
            try await bridge.start()
            #expect(try await bridge.request("GET", "/v1/status", token: desk).status == 401)
            #expect(try await bridge.post("/v1/tokens", ["client": "thief", "expires": "3650d"], token: desk).status == 401)
            #expect(try await bridge.request("GET", "/v1/status", token: dashboard).status == 200)
            // And the person comes in again by the same way as before.
            #expect(try await bridge.openDesk()["token"] != nil)
        }
    }

    @Test func aSessionMakesNoTokenThatLastsLongerThanUsual() async throws {
        var files = BridgeFiles.samples
        files.configuration += "tokens: {expiry: 30d}\n"
        try await withBridge(files) { bridge in
            let desk = try #require(try await bridge.openDesk()["token"]?.stringValue)
            let long = try await bridge.post("/v1/tokens", ["client": "a", "expires": "31d"], token: desk)
            #expect(long.status == 403 && long.json?["detail"]?.stringValue?.contains("deskbridge token create") == true, "\(long.text)")
            let made = try await bridge.post("/v1/tokens", ["client": "a", "expires": "30d"], token: desk)
            #expect(made.status == 201)
            let id = try #require(made.json?["id"]?.stringValue)
            #expect(try await bridge.post("/v1/tokens/\(id)/rotate", ["expires": "3650d"], token: desk).status == 403)
            #expect(try await bridge.post("/v1/tokens/\(id)/rotate", [:], token: desk).status == 201)
            #expect(try await bridge.command("token", "create", "b", "--expires", "3650d").code == 0)
        }
    }

    @Test func thePageCanEndItsSession() async throws {
        try await withBridge(.samples) { bridge in
            let token = try #require(try await bridge.openDesk()["token"]?.stringValue)
            #expect(try await bridge.request("DELETE", "/v1/console/session", token: token).status == 204)
            #expect(try await bridge.request("GET", "/v1/status", token: token).status == 401)
            let dashboard = try await bridge.token("dashboard")
            #expect(try await bridge.request("DELETE", "/v1/console/session", token: dashboard).status == 403)
        }
    }

    @Test func aTicketIsGoodOnce() async throws {
        try await withBridge(.samples) { bridge in
            let ticket = try await bridge.deskTicket()
            #expect(try await bridge.exchange(ticket: ticket).status == 201)
            #expect(try await bridge.exchange(ticket: ticket).code == "unauthenticated")
            // It opens the console and nothing else.
            let other = try await bridge.deskTicket()
            #expect(try await bridge.request("GET", "/v1/status?ticket=\(other)").status == 401)
            #expect(try await bridge.exchange(ticket: other).status == 201)
            let dashboard = try await bridge.token("dashboard")
            let usual = try #require(try await bridge.request("POST", "/v1/tickets", token: dashboard).json?["ticket"]?.stringValue)
            #expect(try await bridge.exchange(ticket: usual).status == 401)
        }
    }

    /// What the browser says of the page that asks: its origin, the address it asks, and how they relate.
    @Test(
        arguments: [
            ("http://127.0.0.1:PORT", "127.0.0.1:PORT", "cross-site"), ("http://127.0.0.1:PORT", "127.0.0.1:PORT", "same-site"),
            ("http://127.0.0.1:PORT", "127.0.0.1:PORT", "none"), ("http://localhost:PORT", "127.0.0.1:PORT", nil),
            ("https://127.0.0.1:PORT", "127.0.0.1:PORT", nil), ("http://127.0.0.1:3000", "127.0.0.1:PORT", nil),
            ("http://127.0.0.1", "127.0.0.1:PORT", nil), ("https://evil.example", "127.0.0.1:PORT", nil), ("null", "127.0.0.1:PORT", nil),
            (nil, "127.0.0.1:PORT", nil), (nil, "127.0.0.1:PORT", "same-origin"),
        ] as [(String?, String, String?)])
    func noOtherPageMayExchangeATicket(origin: String?, host: String, site: String?) async throws {
        try await withBridge(.samples) { bridge in
            let ticket = try await bridge.deskTicket()
            let answer = try await bridge.exchange(ticket: ticket, origin: origin, host: host, site: site)
            #expect(answer.status == 403 && answer.code == "origin_forbidden", "\(answer.text)")
            // And the refusal didn't use it up.
            #expect(try await bridge.exchange(ticket: ticket, site: "same-origin").status == 201)
        }
    }

    @Test func onlyTheOwnerMakesTickets() async throws {
        try await withBridge(.samples) { bridge in
            let dashboard = try await bridge.token("dashboard")
            #expect(try await bridge.post("/v1/console/tickets", [:], token: dashboard).status == 403)
            let desk = try #require(try await bridge.openDesk()["token"]?.stringValue)
            #expect(try await bridge.post("/v1/console/tickets", [:], token: desk).status == 403)
            // Nobody can be called what the desk is called.
            #expect(try await bridge.command("token", "create", "console").code == 64)
        }
    }

    @Test func theConsoleSendsUnderItsOwnNameAndNeedsARule() async throws {
        var files = BridgeFiles.samples
        files.policies = [
            "10": "rules:\n  - {allow: [CREATE_RESOURCE], clients: [console]}\ngrants: {folders: [~/Projects], executables: [$BIN/work]}\n"
        ]
        try await withBridge(files) { bridge in
            let token = try #require(try await bridge.openDesk()["token"]?.stringValue)
            let made = try await bridge.postAndWait(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]), token: token)
            #expect(made.json?["state"] == "succeeded" && made.json?["client"] == "console")
            #expect(try await bridge.post("/v1/events", event("WORK", "w"), token: token).code == "denied_by_policy")
        }
    }

    @Test func theBrowserIsLedToTheConsoleByAFileThatOnlyTheOwnerCanRead() async throws {
        var files = BridgeFiles.samples
        files.programs["xdg-open"] = "#!/bin/sh\necho \"$1\" > $ROOT/opened\nexit ${FAILURE:-0}\n"
        try await withBridge(files) { bridge in
            let path = ["PATH": "\(bridge.home.programs):/usr/bin:/bin"]
            let result = try await bridge.home.command(["console"], environment: path)
            #expect(result.code == 0, "\(result.errors)")
            #expect(bridge.home.lines("opened") == [bridge.home.bridge + "/run/console.html"])
            let page = try #require(bridge.home.read("bridge/run/console.html"))
            let ticket = try #require(page.firstMatch(of: /url=http:\/\/127\.0\.0\.1:\d+\/#ticket=(dbk_[A-Za-z0-9_-]+)/)?.1)
            #expect(try await bridge.exchange(ticket: String(ticket)).status == 201)
            let attributes = try FileManager.default.attributesOfItem(atPath: bridge.home.bridge + "/run/console.html")
            #expect(attributes[.posixPermissions] as? Int == 0o600)

            let failed = try await bridge.home.command(["console"], environment: path.merging(["FAILURE": "3"]) { $1 })
            #expect(failed.code == 1 && failed.errors.contains("--print"))
        }
    }

    @Test func withoutADaemonThereIsNoConsole() async throws {
        let home = try TestHome()
        #expect(try await home.command(["console", "--print"]).code == 69)
    }
}

extension RunningBridge {
    /// A ticket from `deskbridge console --print`.
    func deskTicket() async throws -> String {
        let url = try await command("console", "--print").output
        guard url.hasPrefix("http://127.0.0.1:\(port)/#ticket=") else { throw NeverCame("the console's URL", instead: [url]) }
        return String(url.drop { $0 != "=" }.dropFirst())
    }

    /// What the console's page does with a ticket. `PORT` stands for the bridge's.
    func exchange(
        ticket: String, origin: String? = "http://127.0.0.1:PORT", host: String = "127.0.0.1:PORT", site: String? = nil
    ) async throws -> RawResponse {
        var headers = [("Host", host.replacing("PORT", with: String(port)))]
        if let origin { headers.append(("Origin", origin.replacing("PORT", with: String(port)))) }
        if let site { headers.append(("Sec-Fetch-Site", site)) }
        return try await post("/v1/console/session", ["ticket": .string(ticket)], headers: headers)
    }

    /// A new desk session, as the page gets it.
    func openDesk() async throws -> JSONValue {
        let answer = try await exchange(ticket: try await deskTicket())
        guard answer.status == 201, let session = answer.json else { throw NeverCame("a desk session", instead: [answer.text]) }
        return session
    }
}
