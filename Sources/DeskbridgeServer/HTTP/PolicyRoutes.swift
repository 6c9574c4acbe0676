import DeskbridgeActions
import DeskbridgeCore
import DeskbridgeEngine
import Hummingbird

/// `/v1/policy`: the rules in force, and why they decide as they do. For the owner of the machine.
struct PolicyRoutes {
    let bridge: Bridge

    func add(to routes: GatedRoutes) {
        routes.get("policy", .first(.readPolicies), use: show)
        routes.post("policy/explain", .first(.readPolicies), use: explain)
        routes.get("policy/answers", .first(.readPolicies), use: answers)
        routes.delete("policy/answers/:number", .first(.forgetAnswer), use: forget)
    }

    @Sendable private func answers(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        .json(["answers": .array(bridge.answers.entries.map(PolicyJSON.entry))])
    }

    @Sendable private func forget(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        guard let number = context.parameters.get("number").flatMap(Int64.init), number > 0 else {
            throw Problem(.notFound, "A remembered answer is named by its number, such as 7.")
        }
        return .json(["forgotten": try await bridge.answers.forget(number).json])
    }

    @Sendable private func show(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        .json(PolicyJSON.policies(bridge.definitions.current))
    }

    @Sendable private func explain(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let snapshot = bridge.definitions.current
        let body = try await request.json(limit: bridge.configuration.limits.body)
        guard let type = body["type"]?.stringValue.flatMap(EventType.init) else { throw Self.invalid("/type", "must be an event type") }
        guard let client = body["client"].map({ $0.stringValue.flatMap(ClientName.init) }) ?? .local else {
            throw Self.invalid("/client", "must be the name of a client")
        }
        if let payload = body["payload"], payload.objectValue == nil { throw Self.invalid("/payload", "must be an object") }
        guard let origin = body["origin"].map({ $0 == .null ? String?.none : $0.stringValue }) ?? .some(nil) else {
            throw Self.invalid("/origin", "must be a web origin, or null")
        }
        if let origin { do throws(Flaw) { _ = try Origin(origin) } catch { throw Self.invalid("/origin", error.message) } }
        guard let moment = body["at"].map({ $0.stringValue.flatMap { Timestamp($0) } }) ?? bridge.clock.now() else {
            throw Self.invalid("/at", "must be a time such as 2026-11-21T09:00:00Z")
        }
        let explained = await PolicyExplain(
            type: type, client: client, origin: origin, payload: body["payload"], at: moment, in: bridge.gate.zone, under: snapshot,
            knowing: bridge.answers.current)
        return .json(explained.shown)
    }

    private static func invalid(_ pointer: String, _ message: String) -> Problem {
        Problem(.invalidEvent, "\(pointer) \(message).", errors: [.init(pointer: pointer, message: message)])
    }
}

/// Policies as HTTP shows them.
enum PolicyJSON {
    static func policies(_ snapshot: Definitions.Snapshot) -> JSONValue {
        let policy = snapshot.policy
        return [
            "rules": .array(policy.policy.rules.map(rule)),
            "visibility": .array(
                policy.policy.visibility.map {
                    ["client": .string($0.client.description), "sees": .array($0.sees.map { .string($0.description) })]
                }),
            "grants": .array(
                policy.grantPlaces.map {
                    .object(
                        JSONObject(
                            [("kind", .string($0.kind.rawValue)), ("text", .string($0.text))] + place($0.location),
                            uniquingKeysWith: { first, _ in first }))
                }),
            "findings": .array(snapshot.review(clients: nil).map(\.json)),
        ]
    }

    static func entry(_ entry: AnswerDesk.Entry) -> JSONValue {
        guard case .object(var members) = entry.answer.json else { return entry.answer.json }
        members["standing"] = .string(entry.standing.rawValue)
        members["rule"] = entry.rule.map { .string($0.id.description) } ?? .null
        return .object(members)
    }

    private static func rule(_ rule: PolicyRule) -> JSONValue {
        .object(
            JSONObject(
                [("rule", .string(rule.id.description)), ("effect", .string(rule.effect.name)), ("written", rule.written)]
                    + place(rule.id.location), uniquingKeysWith: { first, _ in first }))
    }

    private static func place(_ location: SourceLocation) -> [(String, JSONValue)] {
        [
            ("file", .string(location.file)), ("line", .integer(Int64(location.line))), ("column", .integer(Int64(location.column))),
        ]
    }
}
