package import DeskbridgeActions
package import DeskbridgeCore
package import DeskbridgeEngine
import Hummingbird

/// `/v1/actions` and `/v1/plan`: what a client may cause, and what would come of it.
struct ActionRoutes {
    let bridge: Bridge

    func add(to routes: GatedRoutes) {
        routes.get("actions", .first(.listActions), use: list)
        routes.post("plan", .first(.plan), use: plan)
    }

    @Sendable private func list(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        let snapshot = bridge.definitions.current
        let actions = snapshot.catalog.actions.filter {
            bridge.gate.allows(client.identity, .learn($0.type), under: snapshot.policy.policy)
        }
        return .json(["actions": .array(actions.map(ActionJSON.action))])
    }

    @Sendable private func plan(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        let body = try await request.json(limit: bridge.configuration.limits.body)
        let activates = try await bridge.audit.watching(Gate.Kind.plan.rawValue) { try body.activates(for: client.identity) }
        let dryRun = try await DryRun.run(
            type: body["type"], payload: body["payload"] ?? [:], key: body["idempotencyKey"], as: client.identity,
            under: bridge.definitions.current, now: bridge.clock.now(), activating: activates)
        return .json(dryRun.shown)
    }
}

extension JSONValue {
    /// Whether a request for a plan asks to start D-Bus services in order to look at them, which is for the owner of the machine.
    package func activates(for identity: Identity) throws(Problem) -> Bool {
        switch self["activate"] {
        case nil, .bool(false)?: return false
        case .bool(true)?:
            guard identity.isLocal else {
                throw Problem(.forbidden, "Only the command line may have services started for a dry run: leave \"activate\" out.")
            }
            return true
        default:
            throw Problem(
                .invalidEvent, "activate must be true or false.", errors: [.init(pointer: "/activate", message: "must be true or false")])
        }
    }
}

/// Actions as HTTP and the command line show them.
package enum ActionJSON {
    package static func action(_ action: Action) -> JSONValue {
        var members: JSONObject = [
            "action": .string(action.name), "type": .string(action.type.text), "confirm": .string(action.confirm.text),
        ]
        members["description"] = action.description.map(JSONValue.string)
        members["schema"] = action.parameters.jsonSchema
        members["steps"] = .array(
            action.steps.map { ["id": .string($0.id), "kind": .string($0.kind), "optional": .bool($0.isOptional)] })
        return .object(members)
    }
}
