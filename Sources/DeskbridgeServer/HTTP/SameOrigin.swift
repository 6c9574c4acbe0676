import DeskbridgeCore
import HTTPTypes
import Hummingbird

/// The check that a request comes from a page that the bridge itself served.
enum SameOrigin {
    /// The origins that such pages have.
    static func origins(port: Int) -> [String] {
        let suffix = port == 80 ? "" : ":\(port)"
        return ["http://127.0.0.1\(suffix)", "http://[::1]\(suffix)", "http://localhost\(suffix)"]
    }

    /// - Throws: `origin_forbidden` unless `Origin` is there and is the very address the request went to, and `Sec-Fetch-Site`,
    ///   which old browsers don't send, doesn't say otherwise (Fetch Metadata Request Headers section 2.3).
    static func demand(_ request: Request, port: Int) throws(Problem) {
        let site = request.headers[.secFetchSite]
        guard let origin = request.headers[.origin], let host = request.head.authority, origins(port: port).contains(origin),
            origin == "http://\(host.lowercased())", site == nil || site == "same-origin"
        else { throw Problem(.originForbidden, "Only the console itself may ask for this, opened with `deskbridge console`.") }
    }
}
