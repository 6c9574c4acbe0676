import DeskbridgeCore
import DeskbridgeEngine
import HTTPTypes
import Hummingbird
import Synchronization

/// Routes for who has signed in. Each says what it does, so that none is answered that the gate did not decide about.
struct GatedRoutes {
    /// What has to be decided before an answer goes out.
    enum Need: Sendable {
        /// Decided before the route is asked.
        case first(Gate.Verb)
        /// The route asks itself, once it knows what the request is about: for one of these.
        case inside([Gate.Kind])

        var kinds: [Gate.Kind] {
            switch self {
            case .first(let verb): [verb.kind]
            case .inside(let kinds): kinds
            }
        }
    }

    typealias Handler = @Sendable (Request, BridgeRequestContext) async throws -> Response

    let group: RouterGroup<BridgeRequestContext>
    /// What stands before the paths, such as `/v1`.
    let prefix: String
    let bridge: Bridge
    let table: GatedRouteTable

    func get(_ path: String, _ need: Need, use handler: @escaping Handler) { on(.get, path, need, handler) }
    func post(_ path: String, _ need: Need, use handler: @escaping Handler) { on(.post, path, need, handler) }
    func delete(_ path: String, _ need: Need, use handler: @escaping Handler) { on(.delete, path, need, handler) }

    private func on(_ method: HTTPRequest.Method, _ path: String, _ need: Need, _ handler: @escaping Handler) {
        table.add("\(method.rawValue) \(prefix)/\(path)", need.kinds)
        group.on(RouterPath(path), method: method) { [bridge] request, context in
            let identity = try context.authenticated().identity
            let actor = identity.actor(through: context.isControl ? .control : .http)
            let answer = try await AuditActor.$current.withValue(actor) {
                try await GateWitness.watching(need.kinds) {
                    if case .first(let verb) = need {
                        _ = try await bridge.audit.watching(verb.kind.rawValue) {
                            try bridge.gate.check(identity, verb, under: bridge.definitions.current.policy.policy)
                        }
                    }
                    return try await handler(request, context)
                }
            }
            guard let answer else { throw Problem.undecided }
            return answer
        }
    }
}

/// What each route needs, by its method and path such as `GET /v1/events/:id`.
final class GatedRouteTable: Sendable {
    private let routes = Mutex<[String: [Gate.Kind]]>([:])

    var all: [String: [Gate.Kind]] { routes.withLock { $0 } }

    func add(_ route: String, _ kinds: [Gate.Kind]) { routes.withLock { $0[route] = kinds } }
}
