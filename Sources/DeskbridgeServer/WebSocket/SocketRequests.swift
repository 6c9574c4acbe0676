import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore

/// Answers the `request` messages of a socket, by the same means as the HTTP routes.
struct SocketRequests {
    static let actions = ["get_event", "list_events", "cancel_event", "retry_event", "list_actions", "plan", "get_status"]

    let services: EventSocket.Services

    func answer(_ request: SocketRequest, for identity: Identity) async throws(Problem) -> JSONValue {
        let bridge = services.bridge
        switch request.action {
        case "get_event": return EventJSON.detail(try await bridge.desk.event(try id(request), for: identity))
        case "cancel_event": return EventJSON.detail(try await bridge.desk.cancel(try id(request), by: identity))
        case "retry_event": return EventJSON.detail(try await bridge.desk.retry(try id(request), by: identity))
        case "list_events":
            let page = try await bridge.desk.events(EventFilter(), before: nil, limit: 50, for: identity)
            return ["events": .array(page.events.map { .object(EventJSON.summary($0)) })]
        case "list_actions":
            let snapshot = bridge.definitions.current
            let actions = snapshot.catalog.actions.filter { Gate.mayCause($0.type.text, identity, under: snapshot.policy.policy) }
            return ["actions": .array(actions.map(ActionJSON.action))]
        case "plan":
            return try DryRun.run(
                type: request.payload["type"], payload: request.payload["payload"] ?? [:], key: request.payload["idempotencyKey"],
                as: identity, under: bridge.definitions.current, now: bridge.clock.now()
            ).shown
        case "get_status": return .object(services.status.current)
        default:
            let nearest = NearestName.of(request.action, in: Self.actions).map { " Did you mean \"\($0)\"?" } ?? ""
            throw Problem(
                .unknownMessage,
                "There is no request \"\(request.action.prefix(40))\".\(nearest) There are \(Self.actions.joined(separator: ", ")).")
        }
    }

    private func id(_ request: SocketRequest) throws(Problem) -> EventID {
        guard let id = request.payload["id"]?.stringValue.flatMap(EventID.init) else {
            throw SocketMessage.invalid("/payload/id", "must be the id of an event")
        }
        return id
    }
}
