import DeskbridgeCore
package import Hummingbird

extension Problem: HTTPResponseError {
    package var status: HTTPResponse.Status { .init(code: code.status) }

    /// The problem as a document (RFC 9457). `instance` is found again in the log.
    package func response(from request: Request, context: some RequestContext) throws -> Response {
        var members: JSONObject = [
            "type": .string("about:blank"), "title": .string(code.title), "status": .integer(Int64(code.status)),
            "code": .string(code.rawValue), "detail": .string(detail), "instance": .string("urn:deskbridge:request:\(context.id)"),
        ]
        members.merge(errorMembers) { _, new in new }
        var response = Response.json(.object(members), status: status, mediaType: "application/problem+json")
        if let retryAfter { response.headers[.retryAfter] = String(retryAfter.secondsRoundedUp) }
        switch code {
        case .unauthenticated: response.headers[.wwwAuthenticate] = "Bearer realm=\"deskbridge\""
        case .upgradeRequired:
            response.headers[.upgrade] = "websocket"
            response.headers[.connection] = "upgrade"
            response.headers[.secWebSocketVersion] = "13"
        default: break
        }
        return response
    }
}

extension Response {
    static func json(_ value: JSONValue, status: HTTPResponse.Status = .ok, mediaType: String = "application/json") -> Response {
        let body = ByteBuffer(bytes: value.bytes)
        return Response(
            status: status,
            headers: [.contentType: mediaType, .contentLength: String(body.readableBytes), .cacheControl: "no-store"],
            body: ResponseBody(byteBuffer: body))
    }
}
