import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

/// Events over plain HTTP.
@Suite(.timeLimit(.minutes(5)))
struct HTTPEventTests {
    private static let create = event("CREATE_RESOURCE", "k1", ["name": "Project_001", "user": "John"])

    @Test func anEventIsAcceptedWithItsPlace() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let accepted = try await bridge.post("/v1/events", event("WORK", "w1"), token: token)
            #expect(accepted.status == 202)
            #expect(accepted.headers["content-type"] == "application/json")
            #expect(accepted.headers["idempotent-replayed"] == nil)
            let id = try #require(accepted.json?["id"]?.stringValue)
            #expect(accepted.headers["location"] == "/v1/events/\(id)")
            #expect(accepted.json?["type"] == "WORK")
            #expect(accepted.json?["idempotencyKey"] == "w1")
            #expect(accepted.json?["replayed"] == false)

            let visitor = try await gate.arrival()
            let running = try await bridge.request("GET", "/v1/events/\(id)", token: token)
            #expect(running.json?["state"] == "running")
            visitor.pass()
            let final = try await bridge.postAndWait(event("WORK", "w1"), token: token)
            #expect(final.status == 200)
            #expect(final.headers["idempotent-replayed"] == "true")
            #expect(final.headers["preference-applied"] == "wait=30")
            #expect(final.json?["state"] == "succeeded")
            #expect(final.json?["result"] == ["word": "work", "said": "work was done"])
            #expect(final.json?["confirmation"]?["type"] == "WORK_DONE")

            let again = try await bridge.post("/v1/events", event("WORK", "w1"), token: token)
            #expect(again.status == 202)
            #expect(again.headers["idempotent-replayed"] == "true")
            #expect(again.json?["id"] == .string(id))
            #expect(again.json?["replayed"] == true)
            #expect(bridge.home.lines("journal") == ["work begins", "work ends"])
        }
    }

    @Test func whoWaitsGetsTheEndOfTheEvent() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let answer = try await bridge.postAndWait(Self.create, token: token)
            #expect(answer.status == 200)
            #expect(answer.headers["idempotent-replayed"] == nil)
            #expect(answer.json?["state"] == "succeeded")
            #expect(answer.json?["result"]?["path"] == .string("\(bridge.home.user)/Projects/Project_001"))
        }
    }

    @Test func whoWaitsTooShortGetsTheAcceptance() async throws {
        try await withBridge(.samples) { bridge in
            let gate = try bridge.home.turnstile("gate")
            let token = try await bridge.token("dashboard")
            let answer = try await bridge.post(
                "/v1/events", event("WORK", "w"), token: token, headers: [("Prefer", "respond-async, wait=1")])
            #expect(answer.status == 202)
            #expect(answer.json?["state"] == "running")
            try await gate.arrival().pass()
            #expect(try await bridge.postAndWait(event("WORK", "w"), token: token).json?["state"] == "succeeded")
        }
    }

    @Test func theKeyMayStandInAHeader() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let body: JSONValue = ["type": "CREATE_RESOURCE", "payload": ["name": "A", "user": "x"]]
            var ids: Set<String> = []
            for key in [#""key one""#, "key one"] {
                let answer = try await bridge.post("/v1/events", body, token: token, headers: [("Idempotency-Key", key)])
                #expect(answer.status == 202, "\(key)")
                #expect(answer.json?["idempotencyKey"] == "key one")
                ids.insert(try #require(answer.json?["id"]?.stringValue))
            }
            #expect(ids.count == 1)
            let contradiction = try await bridge.post(
                "/v1/events", event("CREATE_RESOURCE", "other", ["name": "A", "user": "x"]), token: token,
                headers: [("Idempotency-Key", "key one")])
            #expect(contradiction.status == 422)
            #expect(contradiction.code == "invalid_event")
        }
    }

    @Test func anotherPayloadUnderTheSameKeyIsRefused() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            _ = try await bridge.postAndWait(Self.create, token: token)
            let answer = try await bridge.post(
                "/v1/events", event("CREATE_RESOURCE", "k1", ["name": "Project_002", "user": "John"]), token: token)
            #expect(answer.status == 422)
            #expect(answer.code == "key_reused")
            #expect(answer.headers["content-type"] == "application/problem+json")
        }
    }

    @Test func theListingGoesThroughAllEventsPageByPage() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            for number in 1...7 {
                _ = try await bridge.postAndWait(
                    event("CREATE_RESOURCE", "k\(number)", ["name": .string("P\(number)"), "user": "x"]), token: token)
            }
            var keys: [String] = []
            var query = "?limit=3"
            for _ in 1...3 {
                let page = try #require(try await bridge.request("GET", "/v1/events\(query)", token: token).json)
                keys += page["events"]?.arrayValue?.compactMap { $0["idempotencyKey"]?.stringValue } ?? []
                guard let next = page["next"]?.stringValue else { break }
                query = "?limit=3&after=\(next)"
            }
            #expect(keys == ["k7", "k6", "k5", "k4", "k3", "k2", "k1"])
            let failed = try await bridge.request("GET", "/v1/events?state=failed", token: token)
            #expect(failed.json?["events"] == [])
        }
    }

    @Test func theActionsSayWhatTheyTake() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let actions = try #require(try await bridge.request("GET", "/v1/actions", token: token).json?["actions"]?.arrayValue)
            #expect(actions.compactMap { $0["type"]?.stringValue }.sorted() == ["CREATE_RESOURCE", "WORK"])
            let schema = try #require(actions.first { $0["type"] == "CREATE_RESOURCE" }?["schema"])
            #expect(schema["required"] == ["name", "user"])
            #expect(schema["additionalProperties"] == false)
        }
    }

    @Test func theSameWorksOnTheOtherLoopbackAddress() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let request =
                "GET /v1/status HTTP/1.1\r\nHost: [::1]:\(bridge.port)\r\nAuthorization: Bearer \(token)\r\nConnection: close\r\n\r\n"
            #expect(try await bridge.exchange(Array(request.utf8), on: "::1").status == 200)
        }
    }

    @Test func requestsInARowOnOneConnectionAreAnsweredInTheirOrder() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let connection = try TCPConnection(port: bridge.port)
            for number in 1...5 {
                let body = event("CREATE_RESOURCE", "k\(number)", ["name": .string("P\(number)"), "user": "x"]).text
                connection.send(
                    "POST /v1/events HTTP/1.1\r\nHost: localhost:\(bridge.port)\r\nAuthorization: Bearer \(token)\r\n"
                        + "Content-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n"
                        + (number == 5 ? "Connection: close\r\n" : "") + "\r\n" + body)
            }
            let answers = String(decoding: await connection.rest(), as: UTF8.self)
            let keys = answers.matches(of: /"idempotencyKey":"(k\d)"/).map { String($0.1) }
            #expect(keys == ["k1", "k2", "k3", "k4", "k5"])
            #expect(answers.matches(of: /HTTP\/1\.1 202/).count == 5)
        }
    }

    @Test func whoAsksFirstIsToldToGoOn() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let body = event("CREATE_RESOURCE", "k", ["name": "A", "user": "x"]).text
            let connection = try TCPConnection(port: bridge.port)
            connection.send(
                "POST /v1/events HTTP/1.1\r\nHost: localhost:\(bridge.port)\r\nAuthorization: Bearer \(token)\r\nConnection: close\r\n"
                    + "Expect: 100-continue\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n")
            let goOn = await connection.more()
            #expect(goOn.map { String(decoding: $0, as: UTF8.self) } == "HTTP/1.1 100 Continue\r\n\r\n")
            connection.send(body)
            #expect(RawResponse(await connection.rest())?.status == 202)
        }
    }

    @Test func aHeadRequestGetsTheHeadOnly() async throws {
        try await withBridge(.samples) { bridge in
            for target in ["/healthz", "/"] {
                let (whole, head) = (try await bridge.request("GET", target), try await bridge.request("HEAD", target))
                #expect(head.status == 200 && head.body.isEmpty)
                #expect(head.headers["content-type"] == whole.headers["content-type"])
            }
        }
    }

    @Test func aTicketOpensAStreamOnce() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            let ticket = try #require(try await bridge.request("POST", "/v1/tickets", token: token).json?["ticket"]?.stringValue)
            let head = "GET /v1/stream?ticket=\(ticket) HTTP/1.1\r\nHost: localhost:\(bridge.port)\r\n\r\n"
            let connection = try TCPConnection(port: bridge.port)
            connection.send(head)
            #expect(await connection.more().flatMap { RawResponse($0) }?.status == 200)
            connection.close()
            #expect(try await bridge.request("GET", "/v1/stream?ticket=\(ticket)").status == 401)
        }
    }

    @Test func metricsNameNoOtherClients() async throws {
        try await withBridge(.samples) { bridge in
            let (dashboard, other) = (try await bridge.token("dashboard"), try await bridge.token("secret-project"))
            let sockets = [try await bridge.connect(dashboard), try await bridge.connect(other)]
            for socket in sockets { try await socket.settle() }
            let shown = try await bridge.request("GET", "/metrics", token: dashboard).text
            #expect(shown.contains("deskbridge_connections{client=\"dashboard\"} 1\n"))
            #expect(!shown.contains("secret-project"), "\(shown)")
            let desk = try #require(try await bridge.openDesk()["token"]?.stringValue)
            let all = try await bridge.request("GET", "/metrics", token: desk).text
            #expect(all.contains("deskbridge_connections{client=\"secret-project\"} 1\n"))
        }
    }

    @Test func metricsCountWhatHappened() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            _ = try await bridge.postAndWait(Self.create, token: token)
            let metrics = try await bridge.request("GET", "/metrics", token: token)
            #expect(metrics.status == 200)
            #expect(metrics.text.contains("deskbridge_events{state=\"succeeded\"} 1\n"))
            #expect(try await bridge.request("GET", "/metrics").status == 401)
        }
    }

    @Test func theOwnerNeedsNoTokenOnTheControlSocketAndSeesEverything() async throws {
        try await withBridge(.samples) { bridge in
            let token = try await bridge.token("dashboard")
            _ = try await bridge.postAndWait(Self.create, token: token)
            let list = try await bridge.command("events", "list", "--format", "json")
            #expect(list.json?["events"]?.arrayValue?.first?["client"] == "dashboard")
        }
    }
}
