import DeskbridgeCore
import HTTPTypes
import Hummingbird

/// `GET /`, `/console/NAME` and `/client.js`: the console and the JavaScript client, out of the program itself.
struct WebFileRoutes {
    let port: Int

    func add(to router: Router<BridgeRequestContext>) {
        router.get("/") { request, _ in try answer("console/index.html", to: request) }
        router.get("client.js") { request, _ in try answer("client.js", to: request) }
        router.get("console/:name") { request, context in
            try answer("console/\(context.parameters.get("name") ?? "")", to: request)
        }
    }

    private func answer(_ path: String, to request: Request) throws(Problem) -> Response {
        guard let file = WebFiles.embedded[path] else { throw Problem(.notFound, "The console has no such file.") }
        var headers: HTTPFields = [
            .eTag: file.entityTag, .cacheControl: "no-cache", .contentSecurityPolicy: contentSecurityPolicy,
            .referrerPolicy: "no-referrer", .crossOriginOpenerPolicy: "same-origin",
        ]
        guard !Self.matches(request.headers[values: .ifNoneMatch], file.entityTag) else {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.mediaType
        headers[.contentLength] = String(file.body.readableBytes)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: file.body))
    }

    /// Nothing inline, nothing from elsewhere, in no frame, and no text that becomes markup. Some browsers don't count a WebSocket as 'self'.
    private var contentSecurityPolicy: String {
        """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
        connect-src 'self' ws://127.0.0.1:\(port) ws://localhost:\(port); \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'
        """
    }

    /// Whether what the browser has is still good (RFC 9110 section 13.1.2, which compares weakly).
    private static func matches(_ conditions: [String], _ entityTag: String) -> Bool {
        conditions.flatMap { $0.split(separator: ",") }.contains { tag in
            let tag = tag.filter { $0 != " " && $0 != "\t" }
            return tag == "*" || tag == entityTag || tag == "W/" + entityTag
        }
    }
}
