import DeskbridgeCore
import Hummingbird

extension Request {
    /// The whole body, at most `limit` bytes.
    /// - Throws: `too_large`.
    func bytes(limit: Int) async throws -> [UInt8] {
        if let length = headers[.contentLength].flatMap(Int.init), length > limit { throw Self.tooLarge(limit) }
        var bytes: [UInt8] = []
        for try await part in body {
            guard bytes.count + part.readableBytes <= limit else { throw Self.tooLarge(limit) }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// The body as JSON.
    /// - Parameter isOptional: whether no body at all stands for an empty object.
    /// - Throws: `too_large`, `unsupported_media_type`, `malformed_json`.
    func json(limit: Int, isOptional: Bool = false) async throws -> JSONValue {
        let bytes = try await bytes(limit: limit)
        if isOptional, bytes.isEmpty { return [:] }
        guard let mediaType = headers[.contentType], MediaTypeName(mediaType).isJSON else {
            throw Problem(.unsupportedMediaType, "Send JSON, with \"Content-Type: application/json\".")
        }
        return try Self.parse(bytes)
    }

    static func parse(_ bytes: [UInt8]) throws(Problem) -> JSONValue {
        do { return try JSONParser.parse(bytes) } catch { throw Problem(.malformedJSON, "The body is not JSON: \(error).") }
    }

    private static func tooLarge(_ limit: Int) -> Problem {
        Problem(.tooLarge, "The body is larger than \(limit) bytes, the limit in deskbridge.yaml (limits.body).")
    }
}
