import Testing

@testable import DeskbridgeServer

@Suite struct QueryItemsTests {
    private static let token = "dbt_" + String(repeating: "a", count: 43)

    @Test(
        arguments: [
            (target: "/v1/events", name: "a", value: nil), ("/v1/events?", "a", nil), ("/v1/events?a=1", "a", "1"),
            ("/v1/events?a=1&a=2", "a", "1"), ("/v1/events?a", "a", ""), ("/v1/events?a=", "a", ""), ("/v1/events?a=b=c", "a", "b=c"),
            ("/v1/events?a=x+y", "a", "x y"), ("/v1/events?a=x%20y", "a", "x y"), ("/v1/events?a=%C3%A9", "a", "é"),
            ("/v1/events?a=%", "a", "%"), ("/v1/events?a=%4", "a", "%4"), ("/v1/events?a=%zz", "a", "%zz"),
            ("/v1/events?a=%+1", "a", "% 1"),
            ("/v1/events?a=1#b=2", "b", nil), ("/v1/events?%61=1", "a", "1"), ("/v1/events?a=1?b=2", "a", "1?b=2"),
            ("/v1/events?a=%FF", "a", "\u{FFFD}"), ("?a=1", "a", "1"), ("/v1/events?&&a=1", "a", "1"),
        ] as [(target: String, name: String, value: String?)])
    func aValueIsFoundByItsName(target: String, name: String, value: String?) { #expect(QueryItems(target)[name] == value) }

    @Test(arguments: [
        (target: "/?state=queued,running&state=failed", values: ["queued", "running", "failed"]), ("/?state=", []), ("/", []),
        ("/?state=,queued,", ["queued"]), ("/?state=queued%2Crunning", ["queued", "running"]),
    ])
    func allValuesOfANameAreFound(target: String, values: [String]) { #expect(QueryItems(target).all("state") == values) }

    @Test(arguments: [
        (target: "/v1/stream?token=x", holds: true), ("/v1/stream?access_token=", true), ("/v1/stream?ACCESS_TOKEN=1", true),
        ("/v1/stream?bearer=1", true), ("/v1/stream?Authorization=Bearer", true), ("/v1/stream?x=\(token)", true),
        ("/v1/stream?x=%64bt_abc", true), ("/v1/stream?\(token)", true), ("/v1/events/\(token)", true), ("/v1/events/%64bt_abc?x=1", true),
        ("/v1/stream?ticket=dbk_abc", false), ("/v1/events?q=tokens", false), ("/v1/tokens", false), ("/v1/stream?tokens=1", false),
        ("/v1/events?q=dbt", false), ("/v1/events?q=1#\(token)", true), ("/v1/events#\(token)", true), ("/v1/events?q=1#%64bt_abc", true),
        ("/v1/events?q=1#top", false), ("/v1/events?x=%\(token)", true), ("/v1/events?x=\u{301}\(token)", true),
    ])
    func aTokenIsFoundWhereverItStands(target: String, holds: Bool) { #expect(QueryItems(target).holdsToken == holds) }
}
