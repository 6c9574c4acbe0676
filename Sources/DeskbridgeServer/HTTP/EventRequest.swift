import DeskbridgeCore
import HTTPTypes
import Hummingbird

/// Reads an event from an HTTP request, in whichever of the three spellings it comes.
enum EventRequest {
    private static let structured = "application/cloudevents+json"

    static func draft(of request: Request, limit: Int) async throws -> EventDraft {
        let headerKey = try idempotencyKey(request.headers)
        let mediaType = request.headers[.contentType].map { MediaTypeName($0).text }
        if mediaType == structured {
            return try EventDraft(cloudEvent: Request.parse(await request.bytes(limit: limit)))
        }
        if let mediaType, mediaType.hasPrefix("application/cloudevents-batch") {
            throw Problem(.unsupportedMediaType, "Batches of CloudEvents are not taken: send them one by one.")
        }
        let attributes = cloudEventAttributes(request.headers)
        if attributes["specversion"] != nil || attributes["id"] != nil {
            let bytes = try await request.bytes(limit: limit)
            if !bytes.isEmpty, mediaType.map({ MediaTypeName($0).isJSON }) != true {
                throw Problem(.unsupportedMediaType, "The data of a CloudEvent must be JSON, with \"Content-Type: application/json\".")
            }
            return try EventDraft(cloudEventAttributes: attributes, data: bytes.isEmpty ? nil : Request.parse(bytes))
        }
        return try EventDraft(message: await request.json(limit: limit), key: headerKey)
    }

    /// The header `Idempotency-Key`, as a structured-field string (RFC 9651 section 3.3.3) or bare.
    static func idempotencyKey(_ headers: HTTPFields) throws(Problem) -> IdempotencyKey? {
        guard var text = headers[.idempotencyKey] else { return nil }
        if text.hasPrefix("\""), text.hasSuffix("\""), text.utf8.count >= 2 {
            text = String(text.dropFirst().dropLast()).replacing("\\\"", with: "\"").replacing("\\\\", with: "\\")
        }
        guard let key = IdempotencyKey(text) else {
            throw Problem(
                .invalidEvent, "The header Idempotency-Key must hold 1 to 255 bytes without control characters.",
                errors: [.init(pointer: "/idempotencyKey", message: "must be 1 to 255 bytes")])
        }
        return key
    }

    /// The `ce-` headers, percent-decoded as the HTTP protocol binding of CloudEvents asks (section 3.1.3.2).
    private static func cloudEventAttributes(_ headers: HTTPFields) -> [String: String] {
        var attributes: [String: String] = [:]
        for field in headers where field.name.canonicalName.hasPrefix("ce-") {
            attributes[String(field.name.canonicalName.dropFirst(3))] = field.value.removingPercentEncoding ?? field.value
        }
        return attributes
    }
}
