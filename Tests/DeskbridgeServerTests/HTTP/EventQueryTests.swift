import DeskbridgeCore
import DeskbridgeStore
import Testing

@testable import DeskbridgeServer

@Suite struct EventQueryTests {
    @Test func withoutAQueryThereIsAPageOfEverything() throws {
        let query = try EventQuery(QueryItems("/v1/events"))
        #expect(query.filter == EventFilter())
        #expect(query.before == nil)
        #expect(query.limit == 50)
    }

    @Test func everyPartNarrows() throws {
        let query = try EventQuery(
            QueryItems("/v1/events?state=queued,running&state=failed&type=A&client=studio&q=proj&after=17&limit=5"))
        #expect(query.filter.states == [.queued, .running, .failed])
        #expect(query.filter.type == EventType("A"))
        #expect(query.filter.client == ClientName("studio"))
        #expect(query.filter.text == "proj")
        #expect(query.before == 17)
        #expect(query.limit == 5)
    }

    @Test func aTimeRangeNarrows() throws {
        let query = try EventQuery(QueryItems("/v1/events?from=2026-11-21T09:00:00Z&to=2026-11-21T10:00:00.500Z"))
        #expect(query.filter.from == Timestamp("2026-11-21T09:00:00.000Z"))
        #expect(query.filter.to == Timestamp("2026-11-21T10:00:00.500Z"))
    }

    @Test(arguments: [("1", 1), ("500", 500), ("501", 500), ("1000000", 500), ("", 50)]) func aPageIsBounded(limit: String, expected: Int)
        throws
    {
        #expect(try EventQuery(QueryItems("/?limit=\(limit)")).limit == expected)
    }

    @Test func aSearchedTextIsCut() throws {
        let text = String(repeating: "x", count: 5000)
        #expect(try EventQuery(QueryItems("/?q=\(text)")).filter.text?.count == 200)
    }

    @Test(arguments: [
        "state=done", "state=Queued", "type=a", "type=A-B", "client=A", "client=a%20b", "after=x", "after=1.5", "after=9223372036854775808",
        "limit=0", "limit=-1", "limit=x", "from=yesterday", "to=2026-11-21",
    ])
    func whatIsNoValueIsRefused(query: String) {
        do throws(Problem) {
            _ = try EventQuery(QueryItems("/v1/events?\(query)"))
            Issue.record("\(query) was taken")
        } catch { #expect(error.code == .malformedRequest) }
    }

    @Test(arguments: [
        ("from=yesterday", "from must be a time such as 2026-11-21T09:00:00Z, not \"yesterday\"."),
        ("limit=x", "limit must be a whole number from 1, not \"x\"."),
        (
            "stat=failed",
            "Events are not listed by \"stat\". Did you mean \"state\"? They are listed by state, type, client, q, from, to, after, limit."
        ),
        ("limit=1&_=7", "Events are not listed by \"_\". They are listed by state, type, client, q, from, to, after, limit."),
    ])
    func aRefusalSaysWhatItTakes(query: String, words: String) {
        let error = #expect(throws: Problem.self) { try EventQuery(QueryItems("/v1/events?\(query)")) }
        #expect(error?.code == .malformedRequest && error?.detail == words)
    }

    @Test(arguments: [("from=yesterday", "/from"), ("limit=x", "/limit"), ("type=no+type", "/type"), ("client=%00", "/client")])
    func aRefusalPointsToTheValue(query: String, pointer: String) {
        let error = #expect(throws: Problem.self) { try EventQuery(QueryItems("/v1/events?\(query)")) }
        #expect(error?.errors.map(\.pointer) == [pointer])
    }
}
