import DeskbridgeCore
package import Hummingbird

extension Problem: HTTPResponseError {
    package var status: HTTPResponse.Status { .init(code: code.status) }

    /// The problem as a document (RFC 9457). `instance` is found again in the log.
    package func response(from request: Request, context: some RequestContext) throws -> Response {
        var response = Response.json(document(of: context.id), status: status, mediaType: "application/problem+json")
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

    /// - Parameter request: the request's number in the log; nil if it has none.
    func document(of request: String?) -> JSONValue {
        var members: JSONObject = [
            "type": .string("about:blank"), "title": .string(code.title), "status": .integer(Int64(code.status)),
            "code": .string(code.rawValue), "detail": .string(detail),
        ]
        members["instance"] = request.map { .string("urn:deskbridge:request:\($0)") }
        members.merge(errorMembers) { _, new in new }
        return .object(members)
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
