import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// How a page gets a token of its own, and what keeps other pages from getting one.
@Suite(.timeLimit(.minutes(5)))
struct PairingTests {
    private static let studio = "https://studio.example"

    @Test func aPageThatShowsTheCodeGetsATokenOnceThePersonConfirmsItsOrigin() async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair"], input: "y\n")
            let code = try #require(await desk.output.first())
            let answer = try await bridge.pair(code.lowercased().replacing("-", with: " "), from: Self.studio)
            #expect(answer.status == 201, "\(answer.text)")
            #expect(answer.headers["access-control-allow-origin"] == Self.studio, "the page must be able to read it")
            let token = try #require(answer.json?["token"]?.stringValue)
            let result = try await desk.result()
            #expect(result.exit == .code(0))
            #expect(result.errors.contains("\(Self.studio) asks to be paired as \"dashboard\""))

            func status(_ origin: String?) async throws -> Int {
                try await bridge.request("GET", "/v1/status", token: token, headers: origin.map { [("Origin", $0)] } ?? []).status
            }
            #expect(try await status(Self.studio) == 200)
            #expect(try await status("https://studio.example.evil.example") == 403)
            // The code was good once.
            #expect(try await bridge.pair(code, from: Self.studio).status == 401)
        }
    }

    @Test(arguments: ["n\n", "\n", "", "yes please\n"]) func withoutAYesNothingIsGiven(answer: String) async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair"], input: answer)
            let code = try #require(await desk.output.first())
            let refused = try await bridge.pair(code, from: Self.studio)
            #expect(refused.status == 403 && refused.code == "forbidden", "\(refused.text)")
            #expect(try await desk.result().exit == .code(77))
            #expect(try await bridge.command("token", "list", "--format", "json").json?["tokens"]?.arrayValue == [])
        }
    }

    @Test func wrongCodesOfOnePageDoNotEndThePairingOfAnother() async throws {
        var files = BridgeFiles.samples
        files.configuration = "limits: {rate: 100000/10s, failures: 1000/1s}\n"
        try await withBridge(files) { bridge in
            let desk = try bridge.home.launch(["pair"], input: "y\n")
            let code = try #require(await desk.output.first())
            for _ in 1...6 {
                let wrong = try await bridge.pair("2222-2222", from: "https://evil.example")
                #expect(wrong.status == 401 && wrong.code == "unauthenticated")
            }
            #expect(try await bridge.pair(code, from: "https://evil.example").status == 401)
            #expect(try await bridge.pair(code, from: Self.studio).status == 201)
            #expect(try await desk.result().exit == .code(0))
        }
    }

    @Test func fiveWrongCodesOfTheOnlyPageEndThePairing() async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair", "--origin", Self.studio], input: "y\n")
            let code = try #require(await desk.output.first())
            for _ in 1...5 { #expect(try await bridge.pair("2222-2222", from: Self.studio).status == 401) }
            #expect(try await bridge.pair(code, from: Self.studio).status == 401)
            let result = try await desk.result()
            #expect(result.exit == .code(77))
            #expect(result.errors.contains("Too many wrong codes came, the last from \(Self.studio)"))
        }
    }

    /// The name is another client's also when none of its tokens is good any more.
    @Test(arguments: ["in force", "revoked", "events only", "named by a policy"])
    func whoAsksForANameThatIsTakenIsAskedAboutWithAWarning(_ how: String) async throws {
        var files = BridgeFiles.samples
        if how == "named by a policy" {
            files.policies["20"] = "rules: [{allow: [WORK], clients: [dashboard]}]\n"
        }
        try await withBridge(files) { bridge in
            if how != "named by a policy" {
                let token = try await bridge.token("dashboard")
                if how == "events only" {
                    _ = try await bridge.postAndWait(event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]), token: token)
                }
                if how != "in force" { _ = try await bridge.command("token", "revoke", "dashboard") }
            }
            let desk = try bridge.home.launch(["pair"], input: "n\n")
            let code = try #require(await desk.output.first())
            #expect(try await bridge.pair(code, from: Self.studio).status == 403)
            let words = try await desk.result().errors
            switch how {
            case "named by a policy": #expect(words.contains("Policies name \"dashboard\"") && !words.contains("Caution"))
            case "events only": #expect(words.contains("Caution: events are kept under the name \"dashboard\""))
            default: #expect(words.contains("Caution: a token was made for a client \"dashboard\" before"))
            }
        }
    }

    @Test func aLinkOnlySaysWhichPageMayCome() async throws {
        try await withBridge(.samples) { bridge in
            let link = "deskbridge://pair?origin=https%3A%2F%2Fstudio.example&client=dashboard"
            let desk = try bridge.home.launch(["pair", link], input: "y\n")
            let code = try #require(await desk.output.first())
            #expect(try await bridge.pair(code, from: "https://evil.example").status == 401)
            #expect(try await bridge.pair(code, from: Self.studio, as: "other").status == 401)
            #expect(try await bridge.pair("2222-2222", from: Self.studio).status == 401)
            #expect(try await bridge.pair(code, from: Self.studio).status == 201)
            let (exit, _, errors) = try await desk.result()
            #expect(exit == .code(0))
            #expect(errors.contains("A page of https://evil.example showed the code, but only one of \(Self.studio) may be paired.\n"))
            #expect(errors.contains("A page of \(Self.studio) showed the code but asks as \"other\", not \"dashboard\".\n"))
            #expect(errors.contains("A wrong code came from \(Self.studio) (1 of 5).\n"))
            #expect(!errors.contains("No policy rule"))
        }
    }

    @Test func whoWouldBePairedForNothingIsToldSoBeforeTheQuestion() async throws {
        var files = BridgeFiles.samples
        files.policies["00"] = "rules: [{deny: [\"*\"], clients: [page1]}]\n"
        try await withBridge(files) { bridge in
            let desk = try bridge.home.launch(["pair"], input: "y\n")
            let code = try #require(await desk.output.first())
            #expect(try await bridge.pair(code, from: Self.studio, as: "page1").status == 201)
            let errors = try await desk.result().errors
            let hint = try #require(errors.range(of: "No policy rule lets \"page1\" send anything from \(Self.studio) yet."))
            let question = try #require(errors.range(of: "Is this the page"))
            #expect(hint.lowerBound < question.lowerBound)
            func create(_ name: String) async throws -> JSONValue? {
                try await bridge.command("token", "create", name, "--format", "json").json?["mayCause"]
            }
            #expect(try await create("page1") == false)
            #expect(try await create("page2") == true)
        }
    }

    @Test func pagesThatKnockAreAnsweredOnlyWhileTheDeskPairs() async throws {
        try await withBridge(.samples) { bridge in
            func preflight() async throws -> RawResponse {
                try await bridge.request(
                    "OPTIONS", "/v1/pair",
                    headers: [
                        ("Origin", Self.studio), ("Access-Control-Request-Method", "POST"),
                        ("Access-Control-Request-Private-Network", "true"),
                    ])
            }
            #expect(try await preflight().status == 403)
            let early = try await bridge.pair("2222-2222", from: Self.studio)
            #expect(early.status == 401 && early.headers["access-control-allow-origin"] == nil)

            let (id, _, desk) = try await bridge.openPairing()
            let open = try await preflight()
            #expect(open.status == 204 && open.headers["access-control-allow-origin"] == Self.studio)
            #expect(open.headers["access-control-allow-private-network"] == "true")
            // Only here, and not for what is no origin.
            let elsewhere = try await bridge.request("GET", "/v1/status", headers: [("Origin", Self.studio)])
            #expect(elsewhere.headers["access-control-allow-origin"] == nil)
            let sandboxed = try await bridge.pair("2222-2222", from: "null")
            #expect(sandboxed.status == 403 && sandboxed.headers["access-control-allow-origin"] == nil)
            #expect(try await bridge.post("/v1/pair", ["code": "x", "client": "dashboard"]).status == 403, "a program has no origin")

            #expect(try await bridge.request("DELETE", "/v1/pairing/\(id)", token: desk).status == 204)
            #expect(try await preflight().status == 403)
        }
    }

    @Test func aPageThatLeavesIsGivenNothing() async throws {
        try await withBridge(.samples) { bridge in
            let (id, code, desk) = try await bridge.openPairing()
            let body = JSONValue.object(["code": .string(code), "client": "dashboard"]).text
            let page = try TCPConnection(port: bridge.port)
            page.send(
                "POST /v1/pair HTTP/1.1\r\nHost: 127.0.0.1:\(bridge.port)\r\nOrigin: \(Self.studio)\r\n"
                    + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n\(body)")
            let asked = try await bridge.request("GET", "/v1/pairing/\(id)", token: desk)
            let expected: JSONValue = [
                "state": "asked", "kind": "page", "origin": .string(Self.studio), "client": "dashboard", "isKnown": false,
                "knownBy": [], "mayCause": true,
            ]
            #expect(asked.json == expected)
            page.close()
            let gone = try await bridge.request("GET", "/v1/pairing/\(id)", token: desk)
            #expect(gone.json?["state"] == "withdrawn" || gone.status == 404)
            #expect(try await bridge.post("/v1/pairing/\(id)/confirm", [:], token: desk).status == 409)
        }
    }

    @Test(.timeLimit(.minutes(1))) func aBridgeThatStopsLetsBothSidesGo() async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair"])
            let code = try #require(await desk.output.first())
            let page = Task { try? await bridge.pair(code, from: Self.studio) }
            _ = await desk.errors.first { $0.contains("asks to be paired") }
            #expect(try await bridge.stop() == .code(0))
            #expect(await page.value?.status != 201)
            _ = await desk.exit()
        }
    }

    @Test(.timeLimit(.minutes(1))) func aBridgeStopsWhileNobodyHasTypedTheCode() async throws {
        try await withBridge(.samples) { bridge in
            let desk = try bridge.home.launch(["pair"])
            _ = try #require(await desk.output.first())
            #expect(try await bridge.stop() == .code(0))
            #expect(await desk.exit() != .code(0))
        }
    }

    @Test func onlyTheDeskPairs() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            #expect(try await bridge.post("/v1/pairing", [:], token: token).status == 403)
            let (id, _, _) = try await bridge.openPairing()
            #expect(try await bridge.request("GET", "/v1/pairing/\(id)", token: token).status == 403)
            #expect(try await bridge.post("/v1/pairing/\(id)/confirm", [:], token: token).status == 403)
            for name in ["local", "console", "Upper", ""] {
                let answer = try await bridge.pair("2222-2222", from: Self.studio, as: name)
                #expect(answer.status == 422, "\(name)")
            }
        }
    }
}

extension RunningBridge {
    /// What a page does with the code that the person typed.
    func pair(_ code: String, from origin: String, as client: String = "dashboard") async throws -> RawResponse {
        try await post(
            "/v1/pair", ["code": .string(code), "client": .string(client)],
            headers: [("Origin", origin), ("Sec-Fetch-Site", "cross-site"), ("Sec-Fetch-Mode", "cors")])
    }

    /// Opens a pairing as the desk, and says its id, its code and the desk's token.
    /// - Parameter origin: of the only page that may be paired.
    func openPairing(for origin: String? = nil) async throws -> (id: String, code: String, desk: String) {
        guard let desk = try await openDesk()["token"]?.stringValue,
            let pairing = try await post("/v1/pairing", origin.map { ["origin": .string($0)] } ?? [:], token: desk).json,
            let id = pairing["id"]?.stringValue, let code = pairing["code"]?.stringValue
        else { throw NeverCame("a pairing", instead: []) }
        return (id, code, desk)
    }
}
