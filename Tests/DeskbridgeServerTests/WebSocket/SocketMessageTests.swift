import DeskbridgeCore
import Testing

@testable import DeskbridgeServer

@Suite struct SocketMessageTests {
    private func read(_ text: String, asCloudEvents: Bool = false) throws -> String {
        let value = try JSONParser.parse(text)
        do throws(Problem) {
            switch try SocketMessage(value, asCloudEvents: asCloudEvents) {
            case .event(let draft): return "event \(draft.type) \(draft.key)"
            case .subscribe(let channels, let since): return "subscribe \(channels.count) \(since.map(String.init) ?? "-")"
            case .unsubscribe(let channels): return "unsubscribe \(channels.count)"
            case .acknowledge(let seq): return "ack \(seq)"
            case .ping: return "ping"
            case .auth: return "auth"
            case .request(let request): return "request \(request.id) \(request.action)"
            }
        } catch { return ([error.code.rawValue] + error.errors.map(\.pointer)).joined(separator: " ") }
    }

    private static let channels = (0..<101).map { _ in "\"events\"" }.joined(separator: ",")

    @Test(arguments: [
        (#"{"type":"A","idempotencyKey":"k"}"#, "event A k"), (#"{"type":"ping"}"#, "ping"), (#"{"type":"ping","more":1}"#, "ping"),
        (#"{"type":"auth","token":"x"}"#, "auth"), (#"{"type":"ack","seq":0}"#, "ack 0"), (#"{"type":"ack","seq":42}"#, "ack 42"),
        (#"{"type":"ack"}"#, "invalid_event /seq"), (#"{"type":"ack","seq":-1}"#, "invalid_event /seq"),
        (#"{"type":"ack","seq":"42"}"#, "invalid_event /seq"), (#"{"type":"ack","seq":1.5}"#, "invalid_event /seq"),
        (#"{"type":"subscribe","channels":["events","status"]}"#, "subscribe 2 -"),
        (#"{"type":"subscribe","channels":[]}"#, "subscribe 0 -"),
        (#"{"type":"subscribe","channels":["events"],"since":41}"#, "subscribe 1 41"),
        (#"{"type":"subscribe","since":41}"#, "subscribe 0 41"),
        (#"{"type":"subscribe"}"#, "invalid_event /channels"), (#"{"type":"subscribe","since":-1}"#, "invalid_event /since"),
        (#"{"type":"subscribe","since":"41"}"#, "invalid_event /since"), (#"{"type":"subscribe","since":null}"#, "invalid_event /since"),
        (#"{"type":"subscribe","channels":"events"}"#, "invalid_event /channels"),
        (#"{"type":"subscribe","channels":[1]}"#, "invalid_event /channels"),
        (#"{"type":"subscribe","channels":["x"]}"#, "invalid_event /channels/0"),
        (#"{"type":"subscribe","channels":[\#(channels)]}"#, "invalid_event /channels"),
        (#"{"type":"unsubscribe","channels":["status"]}"#, "unsubscribe 1"), (#"{"type":"unsubscribe"}"#, "invalid_event /channels"),
        (#"{"type":"request","id":"r1","action":"get_event","payload":{}}"#, "request r1 get_event"),
        (#"{"type":"request","id":"r1","action":"get_status"}"#, "request r1 get_status"),
        (#"{"type":"request","action":"x"}"#, "invalid_event /id"), (#"{"type":"request","id":"","action":"x"}"#, "invalid_event /id"),
        (#"{"type":"request","id":5,"action":"x"}"#, "invalid_event /id"), (#"{"type":"request","id":"r1"}"#, "invalid_event /action"),
        (#"{"type":"pong"}"#, "unknown_message"), (#"{"type":"subscribed"}"#, "unknown_message"), ("[]", "invalid_event "),
        ("5", "invalid_event "),
        ("{}", "invalid_event /type"), (#"{"type":""}"#, "invalid_event /type"), (#"{"type":5}"#, "invalid_event /type"),
        (#"{"type":"1A"}"#, "idempotency_key_required /idempotencyKey"), (#"{"type":"A-B","idempotencyKey":"k"}"#, "invalid_event /type"),
        (#"{"type":"A"}"#, "idempotency_key_required /idempotencyKey"),
        (#"{"type":"A","idempotencyKey":"k","token":"dbt_"}"#, "invalid_event /token"),
    ])
    func aMessageIsRead(text: String, expected: String) throws { #expect(try read(text) == expected) }

    @Test(arguments: [
        (#"{"specversion":"1.0","id":"1","source":"/s","type":"A"}"#, "event A /s 1"),
        (#"{"specversion":"1.0","type":"A"}"#, "invalid_event /id /source"),
        (#"{"type":"ping"}"#, "ping"), (#"{"type":"A","idempotencyKey":"k"}"#, "event A k"),
    ])
    func cloudEventsAreReadWhereTheyAreSpoken(text: String, expected: String) throws {
        #expect(try read(text, asCloudEvents: true) == expected)
    }

    @Test func cloudEventsAreStrangeElsewhere() throws {
        #expect(try read(#"{"specversion":"1.0","id":"1","source":"/s","type":"A"}"#).hasPrefix("idempotency_key_required"))
    }

    @Test func aMisspelledMessageGetsASuggestion() {
        do throws(Problem) {
            _ = try SocketMessage(["type": "subscrib"], asCloudEvents: false)
        } catch { #expect(error.detail.contains("Did you mean \"subscribe\"?")) }
    }
}
