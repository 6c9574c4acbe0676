import DeskbridgeCore
import DeskbridgeStore

/// The query of `GET /v1/events`.
struct EventQuery {
    static let largestPage = 500

    let filter: EventFilter
    let before: Int64?
    let limit: Int

    init(_ query: QueryItems) throws(Problem) {
        var states: Set<DeliveryState> = []
        for name in query.all("state") {
            guard let state = DeliveryState(rawValue: name) else {
                let known = DeliveryState.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.malformedRequest, "There is no state \"\(name.prefix(40))\". States are \(known).")
            }
            states.insert(state)
        }
        filter = EventFilter(
            states: states,
            type: try Self.value(query["type"], "type", EventType.init),
            client: try Self.value(query["client"], "client", ClientName.init),
            text: query["q"].map { String($0.prefix(200)) },
            from: try Self.value(query["from"], "from") { Timestamp($0) }, to: try Self.value(query["to"], "to") { Timestamp($0) })
        before = try Self.value(query["after"], "after", Self.cursor)
        limit = min(try Self.value(query["limit"], "limit") { text in Int(text).flatMap { $0 > 0 ? $0 : nil } } ?? 50, Self.largestPage)
    }

    /// Reads ``EventPage/next`` as an answer said it; nil if it is none.
    static func cursor(_ text: String) -> Int64? { Int64(text).flatMap { $0 >= 0 ? $0 : nil } }

    private static func value<Value>(_ text: String?, _ name: String, _ read: (String) -> Value?) throws(Problem) -> Value? {
        guard let text, !text.isEmpty else { return nil }
        guard let value = read(text) else { throw Problem(.malformedRequest, "\"\(text.prefix(80))\" is no value for \(name).") }
        return value
    }
}
