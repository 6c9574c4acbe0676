import DeskbridgeCore
import Testing

@Suite struct EventDraftTests {
    private static func parse(_ text: String) throws -> JSONValue { try JSONParser.parse(text) }

    /// What is wrong, as `code POINTER …`.
    private func complaint(_ body: () throws -> EventDraft) -> String {
        do {
            _ = try body()
            return "none"
        } catch let problem as Problem {
            return ([problem.code.rawValue] + problem.errors.map { $0.pointer.isEmpty ? "(root)" : $0.pointer }).joined(separator: " ")
        } catch { return "\(error)" }
    }

    private static let longKey = String(repeating: "k", count: 255)

    // MARK: The protocol's own spelling

    @Test(arguments: [
        (#"{"type":"A","idempotencyKey":"k"}"#, "none"),
        (#"{"type":"CREATE_RESOURCE","idempotencyKey":"k-1","payload":{"name":"x"}}"#, "none"),
        (#"{"payload":{},"type":"A1_","idempotencyKey":"é 🙂 with spaces"}"#, "none"),
        (#"{"type":"A","idempotencyKey":"\#(longKey)"}"#, "none"),
        (#"{"type":"A","idempotencyKey":"k","payload":{"type":"nested","idempotencyKey":5}}"#, "none"),
        ("[]", "invalid_event (root)"),
        ("null", "invalid_event (root)"),
        (#""CREATE_RESOURCE""#, "invalid_event (root)"),
        ("5", "invalid_event (root)"),
        ("{}", "idempotency_key_required /idempotencyKey"),
        (#"{"type":"A"}"#, "idempotency_key_required /idempotencyKey"),
        (#"{"type":"A","payload":5}"#, "idempotency_key_required /idempotencyKey"),
        (#"{"idempotencyKey":"k"}"#, "invalid_event /type"),
        (#"{"type":5,"idempotencyKey":"k"}"#, "invalid_event /type"),
        (#"{"type":null,"idempotencyKey":"k"}"#, "invalid_event /type"),
        (#"{"type":"","idempotencyKey":"k"}"#, "invalid_event /type"),
        (#"{"type":"create_resource","idempotencyKey":"k"}"#, "invalid_event /type"),
        (#"{"type":"CREATE-RESOURCE","idempotencyKey":"k"}"#, "invalid_event /type"),
        (#"{"type":"A\n","idempotencyKey":"k"}"#, "invalid_event /type"),
        (#"{"type":"1A","idempotencyKey":"k"}"#, "invalid_event /type"),
        (#"{"type":"A","idempotencyKey":""}"#, "invalid_event /idempotencyKey"),
        (#"{"type":"A","idempotencyKey":null}"#, "invalid_event /idempotencyKey"),
        (#"{"type":"A","idempotencyKey":5}"#, "invalid_event /idempotencyKey"),
        (#"{"type":"A","idempotencyKey":["k"]}"#, "invalid_event /idempotencyKey"),
        (#"{"type":"A","idempotencyKey":"a\u0000b"}"#, "invalid_event /idempotencyKey"),
        (#"{"type":"A","idempotencyKey":"\#(longKey)k"}"#, "invalid_event /idempotencyKey"),
        (#"{"type":"A","idempotencyKey":"k","payload":null}"#, "invalid_event /payload"),
        (#"{"type":"A","idempotencyKey":"k","payload":[]}"#, "invalid_event /payload"),
        (#"{"type":"A","idempotencyKey":"k","payload":"x"}"#, "invalid_event /payload"),
        (#"{"type":"A","idempotencyKey":"k","paylod":{}}"#, "invalid_event /paylod"),
        (#"{"type":"A","idempotencyKey":"k","a/b~c":1}"#, "invalid_event /a~1b~0c"),
        (#"{"type":"A","idempotencyKey":"k","id":"x","seq":1}"#, "invalid_event /id /seq"),
        (#"{"type":1,"idempotencyKey":2,"payload":3,"more":4}"#, "invalid_event /more /type /payload /idempotencyKey"),
    ])
    func aMessageIsRead(text: String, expected: String) throws {
        let value = try Self.parse(text)
        #expect(complaint { try EventDraft(message: value) } == expected)
    }

    @Test func whatIsReadIsWhatWasSent() throws {
        let draft = try EventDraft(message: try Self.parse(#"{"type":"A","idempotencyKey":"k","payload":{"n":1.50}}"#))
        #expect(draft.type.text == "A")
        #expect(draft.key.text == "k")
        #expect(draft.payload == ["n": try Self.parse("1.50")])
        #expect(draft.format == .deskbridge)
    }

    @Test func aMissingPayloadIsAnEmptyOne() throws {
        let draft = try EventDraft(message: ["type": "A", "idempotencyKey": "k"])
        #expect(draft.payload == [:])
    }

    @Test func aMisspelledMemberGetsASuggestion() {
        do throws(Problem) {
            _ = try EventDraft(message: ["type": "A", "idempotencykey": "k", "idempotencyKey": "k"])
            Issue.record("it was taken")
        } catch {
            #expect(error.errors.first?.message == "is no member of an event (did you mean \"idempotencyKey\"?)")
        }
    }

    @Test(
        arguments: [
            (header: "k", body: nil, expected: "none"), ("k", "k", "none"), (nil, "k", "none"),
            ("k", "other", "invalid_event /idempotencyKey"),
            (nil, nil, "idempotency_key_required /idempotencyKey"),
        ] as [(header: String?, body: String?, expected: String)])
    func theKeyMayStandInTheHeader(header: String?, body: String?, expected: String) {
        var members: JSONObject = ["type": "A"]
        members["idempotencyKey"] = body.map(JSONValue.string)
        let key = header.flatMap { IdempotencyKey($0) }
        #expect(complaint { try EventDraft(message: .object(members), key: key) } == expected)
    }

    @Test func veryManyWrongMembersAreNotAllTold() {
        let members = JSONObject((0..<5000).map { ("wrong\($0)", JSONValue.null) }, uniquingKeysWith: { first, _ in first })
        do throws(Problem) {
            _ = try EventDraft(message: .object(members), key: IdempotencyKey("k"))
            Issue.record("it was taken")
        } catch { #expect(error.errors.count <= 40) }
    }

    // MARK: Equality

    @Test(arguments: [
        (#"{"a":1,"b":2}"#, #"{"b":2,"a":1}"#, true), (#"{"a":1}"#, #"{"a":2}"#, false), (#"{"a":1}"#, #"{"a":1.0}"#, true),
        (#"{"a":"1"}"#, #"{"a":1}"#, false), (#"{"a":[1,2]}"#, #"{"a":[2,1]}"#, false), (#"{}"#, #"{"a":null}"#, false),
    ])
    func equalPayloadsHaveEqualFingerprints(left: String, right: String, areEqual: Bool) throws {
        func fingerprint(_ text: String) throws -> PayloadFingerprint {
            try EventDraft(message: ["type": "A", "idempotencyKey": "k", "payload": try Self.parse(text)]).fingerprint
        }
        #expect(try (fingerprint(left) == fingerprint(right)) == areEqual)
    }

    @Test func theTypeBelongsToTheFingerprintAndTheKeyDoesNot() throws {
        let first = try EventDraft(message: ["type": "A", "idempotencyKey": "k"])
        #expect(try EventDraft(message: ["type": "B", "idempotencyKey": "k"]).fingerprint != first.fingerprint)
        #expect(try EventDraft(message: ["type": "A", "idempotencyKey": "l"]).fingerprint == first.fingerprint)
    }

    // MARK: CloudEvents, structured

    private static func cloud(_ members: JSONObject) -> JSONValue {
        let event: JSONObject = ["specversion": "1.0", "id": "i-1", "source": "/studio", "type": "A"]
        return .object(event.merging(members) { _, new in new })
    }

    @Test(arguments: [
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A"}"#, "none"),
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A","data":{"name":"x"}}"#, "none"),
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A","datacontenttype":"application/json; charset=utf-8","data":{}}"#, "none"),
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A","datacontenttype":"application/vnd.x+json","data":{}}"#, "none"),
        (
            #"{"specversion":"1.0","id":"1","source":"/s","type":"A","subject":"x","time":"2026-11-21T09:00:00Z","traceparent":"00-…"}"#,
            "none"
        ),
        (#"{"specversion":"1.0","id":"with space","source":"/s","type":"A"}"#, "none"),
        ("[]", "invalid_event (root)"),
        ("5", "invalid_event (root)"),
        ("{}", "invalid_event /specversion /id /source /type"),
        (#"{"specversion":"0.3","id":"1","source":"/s","type":"A"}"#, "invalid_event /specversion"),
        (#"{"specversion":1.0,"id":"1","source":"/s","type":"A"}"#, "invalid_event /specversion /specversion"),
        (#"{"specversion":"1.0","id":"","source":"/s","type":"A"}"#, "invalid_event /id"),
        (#"{"specversion":"1.0","id":5,"source":"/s","type":"A"}"#, "invalid_event /id /id"),
        (#"{"specversion":"1.0","id":"1","source":"","type":"A"}"#, "invalid_event /source"),
        (#"{"specversion":"1.0","id":"1","type":"A"}"#, "invalid_event /source"),
        (#"{"specversion":"1.0","id":"1","source":"/s"}"#, "invalid_event /type"),
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"com.example.created"}"#, "invalid_event /type"),
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A","data":[1]}"#, "invalid_event /data"),
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A","data":null}"#, "invalid_event /data"),
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A","data":"x"}"#, "invalid_event /data"),
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A","data_base64":"eHg="}"#, "invalid_event /data_base64"),
        (
            #"{"specversion":"1.0","id":"1","source":"/s","type":"A","datacontenttype":"text/xml","data":{}}"#,
            "invalid_event /datacontenttype"
        ),
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A","datacontenttype":5,"data":{}}"#, "invalid_event /datacontenttype"),
        (#"{"specversion":"1.0","id":"1","source":"a b","type":"A"}"#, "invalid_event /id"),
        (#"{"specversion":"1.0","id":"a\u0001","source":"/s","type":"A"}"#, "invalid_event /id"),
        (#"{"specversion":"1.0","id":"\#(longKey)","source":"/s","type":"A"}"#, "invalid_event /id"),
    ])
    func aCloudEventIsRead(text: String, expected: String) throws {
        let value = try Self.parse(text)
        #expect(complaint { try EventDraft(cloudEvent: value) } == expected)
    }

    @Test func sourceAndIDMakeTheKey() throws {
        let draft = try EventDraft(cloudEvent: Self.cloud(["data": ["name": "x"]]))
        #expect(draft.key.text == "/studio i-1")
        #expect(draft.payload == ["name": "x"])
        #expect(draft.format == .cloudEvents(source: "/studio"))
        // No other source and id make the same key, as a source has no space.
        let other = try EventDraft(cloudEvent: Self.cloud(["source": "/studio", "id": "i 1"]))
        #expect(other.key != draft.key)
    }

    // MARK: CloudEvents, binary

    @Test(
        arguments: [
            (attributes: ["specversion": "1.0", "id": "1", "source": "/s", "type": "A"], data: nil, expected: "none"),
            (["specversion": "1.0", "id": "1", "source": "/s", "type": "A", "traceparent": "x"], ["a": 1], "none"),
            (["specversion": "1.0", "id": "1", "source": "/s", "type": "A"], [1], "invalid_event /data"),
            (["specversion": "1.0", "id": "1", "source": "/s", "type": "A"], .null, "invalid_event /data"),
            (["specversion": "2.0", "id": "1", "source": "/s", "type": "A"], nil, "invalid_event /specversion"),
            (["id": "1"], nil, "invalid_event /specversion /source /type"),
            (["specversion": "1.0", "source": "/s", "type": "a"], nil, "invalid_event /id /type"),
            ([:], nil, "invalid_event /specversion /id /source /type"),
        ] as [(attributes: [String: String], data: JSONValue?, expected: String)])
    func aBinaryCloudEventIsRead(attributes: [String: String], data: JSONValue?, expected: String) {
        #expect(complaint { try EventDraft(cloudEventAttributes: attributes, data: data) } == expected)
    }

    @Test func bothModesMakeTheSameEvent() throws {
        let structured = try EventDraft(cloudEvent: Self.cloud(["data": ["name": "x"]]))
        let binary = try EventDraft(
            cloudEventAttributes: ["specversion": "1.0", "id": "i-1", "source": "/studio", "type": "A"], data: ["name": "x"])
        #expect(structured == binary)
    }
}
