import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// How a code signs the console in, and that no other code does.
@Suite(.timeLimit(.minutes(5)))
struct ConsolePairingTests {
    @Test func theConsoleThatShowsItsCodeIsSignedInOnceThePersonSaysYes() async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair", "--console"], input: "yes\n")
            let code = try #require(await desk.output.first())
            let answer = try await bridge.exchange(code: code.lowercased().replacing("-", with: " "))
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer.json?["client"] == "console")
            let token = try #require(answer.json?["token"]?.stringValue)
            let result = try await desk.result()
            #expect(result.exit == .code(0))
            #expect(result.errors.contains("Open http://127.0.0.1:\(bridge.port)/ in the browser"))
            #expect(result.errors.contains("FULL CONTROL"))
            #expect(try await bridge.request("GET", "/v1/tokens", token: token).status == 200, "it has the rights of the desk")
            let elsewhere = try await bridge.request("GET", "/v1/tokens", token: token, headers: [("Origin", "https://studio.example")])
            #expect(elsewhere.status == 403)
            #expect(try await bridge.exchange(code: code).status == 401, "the code was good once")
        }
    }

    @Test(arguments: ["y\n", "n\n", "\n", "", "yes please\n"]) func nothingLessThanAYesSignsItIn(answer: String) async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair", "--console"], input: answer)
            let code = try #require(await desk.output.first())
            let refused = try await bridge.exchange(code: code)
            #expect(refused.status == 403 && refused.code == "forbidden", "\(refused.text)")
            #expect(try await desk.result().exit == .code(77))
            #expect(try await bridge.command("token", "list", "--format", "json").json?["tokens"]?.arrayValue == [])
        }
    }

    @Test func aCodeForAPageSignsNoConsoleInAndACodeForTheConsolePairsNoPage() async throws {
        try await withBridge(.samples) { bridge in
            let page = try bridge.home.launch(["pair"], input: "yes\n")
            let forPage = try #require(await page.output.first())
            let mistaken = try await bridge.exchange(code: forPage)
            #expect(mistaken.status == 401 && mistaken.text.contains("deskbridge pair --console"), "\(mistaken.text)")
            // Nor does the console's own origin make a page of it the console.
            let own = "http://127.0.0.1:\(bridge.port)"
            #expect(try await bridge.pair(forPage, from: own, as: "console").status == 422)

            let console = try bridge.home.launch(["pair", "--console"], input: "yes\n")
            let forConsole = try #require(await console.output.first())
            #expect(try await page.result().exit == .code(1), "there is one pairing at a time")
            for origin in [own, "https://evil.example"] {
                let knock = try await bridge.pair(forConsole, from: origin)
                #expect(knock.status == 401)
                #expect(knock.headers["access-control-allow-origin"] == nil, "pages don't get to know of it")
            }
            // And nobody could use its tries up.
            for _ in 1...6 { _ = try await bridge.pair("2222-2222", from: "https://evil.example") }
            #expect(try await bridge.exchange(code: forConsole).status == 201)
            #expect(try await console.result().exit == .code(0))
        }
    }

    @Test(
        arguments: [
            ("http://127.0.0.1:PORT", "cross-site"), ("http://127.0.0.1:PORT", "same-site"), ("http://localhost:PORT", nil),
            ("http://127.0.0.1:3000", nil), ("https://evil.example", nil), ("null", nil), (nil, nil),
        ] as [(String?, String?)])
    func noOtherPageMayShowTheCode(origin: String?, site: String?) async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair", "--console"], input: "yes\n")
            let code = try #require(await desk.output.first())
            let answer = try await bridge.exchange(code: code, origin: origin, site: site)
            #expect(answer.status == 403 && answer.code == "origin_forbidden", "\(answer.text)")
            #expect(try await bridge.exchange(code: code, site: "same-origin").status == 201, "the refusal didn't use it up")
            #expect(try await desk.result().exit == .code(0))
        }
    }

    @Test func fiveWrongCodesEndIt() async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair", "--console"], input: "yes\n")
            let code = try #require(await desk.output.first())
            for _ in 1...5 { #expect(try await bridge.exchange(code: "2222-2222").code == "unauthenticated") }
            #expect(try await bridge.exchange(code: code).status == 401)
            let result = try await desk.result()
            #expect(result.exit == .code(77))
            #expect(result.errors.contains("Too many wrong codes came, the last from http://127.0.0.1:\(bridge.port)"))
        }
    }

    @Test func onlyTheControlSocketOpensAndConfirmsIt() async throws {
        try await withBridge(.samples) { bridge in
            let dashboard = try await bridge.token("dashboard")
            let session = try #require(try await bridge.openDesk()["token"]?.stringValue)
            for token in [dashboard, session] {
                let refused = try await bridge.post("/v1/pairing", ["kind": "console"], token: token)
                #expect(refused.status == 403 && refused.code == "forbidden", "\(refused.text)")
            }
            #expect(try await bridge.post("/v1/pairing", ["kind": "owner"], token: session).code == "invalid_event")
            #expect(try await bridge.post("/v1/pairing", ["kind": "page"], token: session).status == 201)
        }
    }

    @Test func aPayloadHoldsATicketOrACode() async throws {
        try await withBridge(.samples) { bridge in
            let origin = [("Origin", "http://127.0.0.1:\(bridge.port)")]
            for body: JSONValue in [[:], ["code": 7], ["ticket": "dbk_x", "code": "2222-2222"]] {
                let answer = try await bridge.post("/v1/console/session", body, headers: origin)
                #expect(answer.status == 422, "\(answer.text)")
            }
        }
    }

    @Test(.timeLimit(.minutes(1))) func whoSignedInByACodeStandsInTheAudit() async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair", "--console"], input: "yes\n")
            let code = try #require(await desk.output.first())
            #expect(try await bridge.exchange(code: code).status == 201)
            #expect(try await desk.result().exit == .code(0))
            let lines = try await bridge.command("audit", "export").output.split(separator: "\n")
            let made = lines.contains { $0.contains("\"verb\":\"create_token\"") && $0.contains("\"owner\":\"console\"") }
            let confirmed = lines.contains {
                $0.contains("\"verb\":\"pair\"") && $0.contains("\"outcome\":\"confirmed\"") && $0.contains("\"identity\":\"local\"")
                    && $0.contains("\"detail\":\"console\"")
            }
            #expect(made && confirmed, "\(lines.joined(separator: "\n"))")
        }
    }
}

extension RunningBridge {
    /// What the console's page does with a code. `PORT` stands for the bridge's.
    func exchange(code: String, origin: String? = "http://127.0.0.1:PORT", site: String? = nil) async throws -> RawResponse {
        var headers: [(String, String)] = []
        if let origin { headers.append(("Origin", origin.replacing("PORT", with: String(port)))) }
        if let site { headers.append(("Sec-Fetch-Site", site)) }
        return try await post("/v1/console/session", ["code": .string(code)], headers: headers)
    }
}
