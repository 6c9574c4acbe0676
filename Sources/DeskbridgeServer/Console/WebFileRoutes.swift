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
        let isCompressed = file.compressed != nil && Self.takesGzip(request.headers[values: .acceptEncoding])
        let representation = isCompressed ? file.compressed ?? file.plain : file.plain
        var headers: HTTPFields = [
            .eTag: representation.entityTag, .vary: "Accept-Encoding", .cacheControl: "no-cache",
            .contentSecurityPolicy: contentSecurityPolicy,
            .referrerPolicy: "no-referrer", .crossOriginOpenerPolicy: "same-origin",
        ]
        guard !Self.matches(request.headers[values: .ifNoneMatch], representation.entityTag) else {
            return Response(status: .notModified, headers: headers)
        }
        headers[.contentType] = file.mediaType
        if isCompressed { headers[.contentEncoding] = "gzip" }
        headers[.contentLength] = String(representation.body.readableBytes)
        return Response(status: .ok, headers: headers, body: ResponseBody(byteBuffer: representation.body))
    }

    /// Nothing inline, nothing from elsewhere, in no frame, and no text that becomes markup. Some browsers don't count a WebSocket as 'self'.
    private var contentSecurityPolicy: String {
        """
        default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; \
        connect-src 'self' ws://127.0.0.1:\(port) ws://localhost:\(port); \
        base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'
        """
    }

    /// Whether the browser names gzip, and not only to refuse it (RFC 9110 section 12.5.3).
    private static func takesGzip(_ values: [String]) -> Bool {
        values.flatMap { $0.split(separator: ",") }.contains { choice in
            let parts = choice.lowercased().filter { $0 != " " && $0 != "\t" }.split(separator: ";")
            guard parts.first == "gzip" else { return false }
            return !parts.dropFirst().contains { $0.hasPrefix("q=") && $0.dropFirst(2).allSatisfy { $0 == "0" || $0 == "." } }
        }
    }

    /// Whether what the browser has is still good (RFC 9110 section 13.1.2, which compares weakly).
    private static func matches(_ conditions: [String], _ entityTag: String) -> Bool {
        conditions.flatMap { $0.split(separator: ",") }.contains { tag in
            let tag = tag.filter { $0 != " " && $0 != "\t" }
            return tag == "*" || tag == entityTag || tag == "W/" + entityTag
        }
    }
}
