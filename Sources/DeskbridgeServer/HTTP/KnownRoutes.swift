import HTTPTypes
import Hummingbird
import Synchronization

/// Which methods each address takes, for requests that no route answers.
final class KnownRoutes: Sendable {
    private struct Route {
        let path: [RouterPath.Element]
        let method: String
    }

    private let routes = Mutex<[Route]>([])

    /// Takes note of all routes that the router has by now.
    func learn(from router: Router<BridgeRequestContext>) {
        let found = router.routes.map { Route(path: $0.path.components, method: $0.method.rawValue) }
        routes.withLock { $0 = found }
    }

    /// The methods that the address takes; empty if there is no such address.
    func methods(of path: String) -> [String] {
        let parts = path.split(separator: "/")
        let fitting = routes.withLock { $0 }.filter { route in
            route.path.count == parts.count && zip(route.path, parts).allSatisfy { $0 ~= $1 }
        }
        return Set(fitting.map(\.method)).sorted()
    }
}
