import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Hummingbird
import WebSocketTransport

/// `/v1/events`: send, look, and decide.
struct EventRoutes {
    let bridge: Bridge
    let waits: FinalWaits

    func add(to routes: GatedRoutes) {
        routes.post("events", .inside([.submit, .see]), use: post)
        routes.get("events", .inside([.see]), use: list)
        routes.get("events/:id", .inside([.see]), use: show)
        routes.post("events/:id/cancel", .inside([.manage])) { request, context in
            try await change(request, context) { id, identity in try await bridge.desk.cancel(id, by: identity) }
        }
        routes.post("events/:id/retry", .inside([.manage])) { request, context in
            try await change(request, context) { id, identity in try await bridge.desk.retry(id, by: identity) }
        }
        routes.post("events/:id/drop", .inside([.manage])) { request, context in
            try await change(request, context) { id, identity in try await bridge.desk.drop(id, by: identity) }
        }
        routes.post("events/:id/resolve", .inside([.settle])) { request, context in
            let resolution = try await Self.resolution(request.json(limit: bridge.configuration.limits.body))
            return try await change(request, context) { id, identity in
                try await bridge.desk.resolve(id, as: resolution, by: identity)
            }
        }
        routes.post("events/:id/approve", .inside([.decide])) { request, context in try await decide(request, context, isApproved: true) }
        routes.post("events/:id/deny", .inside([.decide])) { request, context in try await decide(request, context, isApproved: false) }
        routes.post("events/:id/replay", .inside([.manage]), use: replay)
        routes.post("ack", .inside([.acknowledge]), use: acknowledge)
    }

    @Sendable private func post(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        let wait = try PreferWait(request.headers)
        let draft = try await EventRequest.draft(of: request, limit: bridge.configuration.limits.body)
        return try await answer(await bridge.intake.submit(draft, from: client.identity), client.identity, wait, context)
    }

    @Sendable private func replay(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        let body = try await request.json(limit: bridge.configuration.limits.body, isOptional: true)
        let id = try Self.id(context)
        let key: IdempotencyKey
        if let text = body["idempotencyKey"] {
            guard let given = text.stringValue.flatMap(IdempotencyKey.init) else {
                throw Problem(
                    .invalidEvent, "The key must be a string of 1 to 255 bytes.",
                    errors: [.init(pointer: "/idempotencyKey", message: "must be a string of 1 to 255 bytes")])
            }
            key = given
        } else {
            guard let made = IdempotencyKey("replay-\(EventID(at: bridge.clock.now()))") else {
                throw Problem(.internalError, "No key could be made.")
            }
            key = made
        }
        let wait = try PreferWait(request.headers)
        return try await answer(await bridge.desk.replay(id, key: key, by: client.identity), client.identity, wait, context)
    }

    /// 202 at once, or 200 with the final event if it ends within the time that `Prefer: wait` gives.
    private func answer(
        _ answer: IntakeAnswer, _ identity: Identity, _ wait: PreferWait, _ context: BridgeRequestContext
    ) async throws -> Response {
        let id = answer.record.id
        if let duration = wait.duration,
            let history = try await waits.final(id, within: duration, for: identity, begins: context.channel.onDeparture)
        {
            var response = Response.json(EventJSON.detail(history))
            response.headers[.preferenceApplied] = wait.applied
            response.headers[.location] = "/v1/events/\(id)"
            if answer.isReplayed { response.headers[.idempotentReplayed] = "true" }
            return response
        }
        var response = Response.json(.object(EventJSON.accepted(answer)), status: .accepted)
        response.headers[.location] = "/v1/events/\(id)"
        if answer.isReplayed { response.headers[.idempotentReplayed] = "true" }
        return response
    }

    @Sendable private func show(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        let history = try await bridge.desk.event(try Self.id(context), for: client.identity)
        return .json(EventJSON.detail(history, plan: bridge.desk.plan(of: history.event)))
    }

    @Sendable private func list(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        let query = try EventQuery(QueryItems(request.uri.string))
        let page = try await bridge.desk.events(query.filter, before: query.before, limit: query.limit, for: client.identity)
        return .json([
            "events": .array(page.events.map { .object(EventJSON.summary($0)) }),
            "next": page.next.map { .string(String($0)) } ?? .null,
        ])
    }

    @Sendable private func acknowledge(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        guard let seq = try await request.json(limit: bridge.configuration.limits.body)["seq"]?.integerValue, seq >= 0 else {
            throw Problem(
                .invalidEvent, "Say up to which confirmation, as {\"seq\":42}.",
                errors: [.init(pointer: "/seq", message: "must be an integer")])
        }
        let acknowledged = try await bridge.desk.acknowledge(upTo: seq, by: client.identity)
        return .json(["seq": .integer(acknowledged)])
    }

    /// The answer of the person at the desk, with what the client is told as `reason`, and whether it counts this `once` only.
    private func decide(_ request: Request, _ context: BridgeRequestContext, isApproved: Bool) async throws -> Response {
        let body = try await request.json(limit: bridge.configuration.limits.body, isOptional: true)
        let reason = try Self.reason(body)
        let decision = ApprovalDecision(
            isApproved: isApproved, place: context.isControl ? .command : .http, reason: reason, isOnce: try Self.isOnce(body))
        return try await change(request, context) { id, identity in
            try await bridge.desk.decide(id, decision, by: identity)
        }
    }

    private static func reason(_ body: JSONValue) throws(Problem) -> String? {
        guard let value = body["reason"], value != .null else { return nil }
        guard let text = value.stringValue, text.utf8.count <= 1000 else {
            throw Problem(
                .invalidEvent, "The reason must be a string of at most 1000 bytes.",
                errors: [.init(pointer: "/reason", message: "must be a string of at most 1000 bytes")])
        }
        return text.isEmpty ? nil : text
    }

    private static func isOnce(_ body: JSONValue) throws(Problem) -> Bool {
        guard let value = body["once"], value != .null else { return false }
        guard let isOnce = value.boolValue else {
            throw Problem(.invalidEvent, "once must be true or false.", errors: [.init(pointer: "/once", message: "must be true or false")])
        }
        return isOnce
    }

    private func change(
        _ request: Request, _ context: BridgeRequestContext, _ body: (EventID, Identity) async throws -> EventHistory
    ) async throws -> Response {
        let client = try context.authenticated()
        return .json(EventJSON.detail(try await body(try Self.id(context), client.identity)))
    }

    private static func id(_ context: BridgeRequestContext) throws -> EventID {
        guard let id = context.parameters.get("id").flatMap(EventID.init) else {
            throw Problem(.notFound, "An event's id is a UUID in small letters.")
        }
        return id
    }

    private static func resolution(_ body: JSONValue) throws(Problem) -> Resolution {
        switch body["as"] {
        case "succeeded": return .succeeded(result: body["result"])
        case "failed":
            let message = body["message"]?.stringValue ?? "A person decided that it failed."
            return .failed(Failure("resolved_as_failed", String(message.prefix(1000)), .permanent))
        default:
            throw Problem(
                .invalidEvent, "Say what became of it: {\"as\":\"succeeded\"} or {\"as\":\"failed\"}.",
                errors: [.init(pointer: "/as", message: "must be succeeded or failed")])
        }
    }
}
