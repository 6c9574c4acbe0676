import DeskbridgeCore
import DeskbridgeStore

/// The query of `GET /v1/events`.
struct EventQuery {
    static let largestPage = 500

    let filter: EventFilter
    let before: Int64?
    let limit: Int

    /// - Parameter isClosed: whether names that mean nothing here are refused, so that no mistyped one widens the list.
    init(_ query: QueryItems, isClosed: Bool = true) throws(Problem) {
        if isClosed, let unknown = query.names.first(where: { !Self.names.contains($0) }) {
            let question = NearestName.question(String(unknown.prefix(40)), in: Self.names)
            throw Problem(
                .malformedRequest,
                "Events are not listed by \"\(unknown.prefix(40))\".\(question) They are listed by \(Self.names.joined(separator: ", ")).")
        }
        var states: Set<DeliveryState> = []
        for name in query.all("state") {
            guard let state = DeliveryState(rawValue: name) else {
                let known = DeliveryState.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem(.malformedRequest, "There is no state \"\(name.prefix(40))\". States are \(known).")
            }
            states.insert(state)
        }
        let time = "a time such as 2026-11-21T09:00:00Z"
        filter = EventFilter(
            states: states,
            type: try Self.value(query["type"], "type", "an event type such as CREATE_RESOURCE", EventType.init),
            client: try Self.value(query["client"], "client", "the name of a client, such as dashboard", ClientName.init),
            text: query["q"].map { String($0.prefix(200)) },
            from: try Self.value(query["from"], "from", time) { Timestamp($0) },
            to: try Self.value(query["to"], "to", time) { Timestamp($0) })
        before = try Self.value(query["after"], "after", "the \"next\" of the page before", Self.cursor)
        let wanted = try Self.value(query["limit"], "limit", "a whole number from 1") { text in Int(text).flatMap { $0 > 0 ? $0 : nil } }
        limit = min(wanted ?? 50, Self.largestPage)
    }

    private static let names = ["state", "type", "client", "q", "from", "to", "after", "limit"]

    /// Reads ``EventPage/next`` as an answer said it; nil if it is none.
    static func cursor(_ text: String) -> Int64? { Int64(text).flatMap { $0 >= 0 ? $0 : nil } }

    private static func value<Value>(_ text: String?, _ name: String, _ form: String, _ read: (String) -> Value?) throws(Problem) -> Value?
    {
        guard let text, !text.isEmpty else { return nil }
        guard let value = read(text) else {
            throw Problem(
                .malformedRequest, "\(name) must be \(form), not \"\(text.prefix(80))\".",
                errors: [.init(pointer: "/\(name)", message: "must be \(form)")])
        }
        return value
    }
}
