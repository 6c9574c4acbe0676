import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore

/// Answers the `request` messages of a socket, by the same means as the HTTP routes.
struct SocketRequests {
    /// What can be asked.
    enum Action: String, CaseIterable {
        case getEvent = "get_event"
        case listEvents = "list_events"
        case cancelEvent = "cancel_event"
        case retryEvent = "retry_event"
        case listActions = "list_actions"
        case plan
        case getStatus = "get_status"

        /// What the gate has to be asked before there is an answer.
        var kind: Gate.Kind {
            switch self {
            case .getEvent, .listEvents: .see
            case .cancelEvent, .retryEvent: .manage
            case .listActions: .listActions
            case .plan: .plan
            case .getStatus: .readStatus
            }
        }
    }

    let services: EventSocket.Services

    func answer(_ request: SocketRequest, for identity: Identity) async throws(Problem) -> JSONValue {
        guard let action = Action(rawValue: request.action) else {
            let actions = Action.allCases.map(\.rawValue)
            let nearest = NearestName.of(request.action, in: actions).map { " Did you mean \"\($0)\"?" } ?? ""
            throw Problem(
                .unknownMessage,
                "There is no request \"\(request.action.prefix(40))\".\(nearest) There are \(actions.joined(separator: ", ")).")
        }
        let answer = try await GateWitness.watching([action.kind]) { () async throws(Problem) in
            try await self.answer(action, request, for: identity)
        }
        guard let answer else { throw Problem.undecided }
        return answer
    }

    private func answer(_ action: Action, _ request: SocketRequest, for identity: Identity) async throws(Problem) -> JSONValue {
        let bridge = services.bridge
        let policy = bridge.definitions.current.policy.policy
        switch action {
        case .getEvent:
            let history = try await bridge.desk.event(try id(request), for: identity)
            return EventJSON.detail(history, plan: bridge.desk.plan(of: history.event))
        case .cancelEvent: return EventJSON.detail(try await bridge.desk.cancel(try id(request), by: identity))
        case .retryEvent: return EventJSON.detail(try await bridge.desk.retry(try id(request), by: identity))
        case .listEvents:
            let query = try EventQuery(QueryItems(request.payload.objectValue ?? [:]), isClosed: false)
            let page = try await bridge.desk.events(query.filter, before: query.before, limit: query.limit, for: identity)
            let bounded = BoundedPage(page, unsent: bridge.configuration.limits.unsent)
            return ["events": .array(bounded.events.map(JSONValue.object)), "next": bounded.next.map { .string(String($0)) } ?? .null]
        case .listActions:
            try bridge.gate.check(identity, .listActions, under: policy)
            let actions = bridge.definitions.current.catalog.actions.filter { bridge.gate.allows(identity, .learn($0.type), under: policy) }
            return ["actions": .array(actions.map(ActionJSON.action))]
        case .plan:
            try bridge.gate.check(identity, .plan, under: policy)
            return try await DryRun.run(
                type: request.payload["type"], payload: request.payload["payload"] ?? [:], key: request.payload["idempotencyKey"],
                as: identity, under: bridge.definitions.current, knowing: bridge.answers.current, now: bridge.clock.now(),
                activating: try request.payload.activates(for: identity)
            ).shown
        case .getStatus:
            try bridge.gate.check(identity, .readStatus, under: policy)
            return .object(services.status.current)
        }
    }

    private func id(_ request: SocketRequest) throws(Problem) -> EventID {
        guard let id = request.payload["id"]?.stringValue.flatMap(EventID.init) else {
            throw SocketMessage.invalid("/payload/id", "must be the id of an event")
        }
        return id
    }
}
