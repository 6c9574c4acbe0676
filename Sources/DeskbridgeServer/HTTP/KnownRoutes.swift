import Hummingbird
import Synchronization

/// The addresses there are and their methods: the router itself only knows that nothing fits.
final class KnownRoutes: Sendable {
    private let routes = Mutex<[(path: RouterPath, method: String)]>([])

    /// Takes note of all routes; once they are all added.
    func note(_ router: Router<BridgeRequestContext>) {
        let known = router.routes.map { ($0.path, $0.method.rawValue) }
        routes.withLock { $0 = known }
    }

    /// The methods of an address, sorted, for the header `Allow` (RFC 9110 section 10.2.1); none if there is no such address.
    func methods(at path: String) -> [String] {
        let parts = path.split(separator: "/")
        return routes.withLock { routes in
            Set(routes.lazy.filter { Self.matches($0.path, parts) }.map(\.method)).sorted()
        }
    }

    private static func matches(_ path: RouterPath, _ parts: [Substring]) -> Bool {
        path.count == parts.count
            && zip(path, parts).allSatisfy { element, part in
                // A parameter is described as `{id}`.
                element.description == part || element.description.hasPrefix("{")
            }
    }
}
