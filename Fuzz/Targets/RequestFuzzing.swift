import DeskbridgeCore
import HTTPTypes
import NIOCore
import NIOHTTPTypes

@testable import DeskbridgeServer
@testable import WebSocketTransport

/// The HTTP side before and beside an upgrade: a request that gets through has one meaning, and what comes back is HTTP.
enum RequestFuzzing {
    /// The first byte says how long the pieces are, and whether requests are answered only when all bytes are in.
    static func take(_ bytes: [UInt8]) {
        guard let plan = bytes.first else { return }
        let bytes = bytes.dropFirst()
        let whole = HTTPExchange([bytes], answersAtOnce: true)
        let pieces = HTTPExchange(bytes.pieces(of: Int(plan % 16) + 1), answersAtOnce: true)
        promise(whole.requests == pieces.requests, "in pieces \(pieces.requests) is read, not \(whole.requests)")
        promise(whole.answers == pieces.answers, "in pieces \(pieces.answers) is answered, not \(whole.answers)")
        if plan & 0x10 != 0 {
            let late = HTTPExchange([bytes], answersAtOnce: false)
            promise(late.requests == whole.requests, "with late answers \(late.requests) is read, not \(whole.requests)")
        }
        for request in whole.requests { check(request.head) }
        checkOrigin(String(decoding: bytes, as: UTF8.self))
    }

    private static func check(_ request: HTTPRequest) {
        let path = request.path ?? ""
        promise(path.hasPrefix("/") || path == "*", "no path: \(path)")
        for field in request.headerFields {
            promise(!field.value.utf8.contains { $0 == 0 || $0 == 0x0A || $0 == 0x0D }, "a field of two lines: \(field)")
        }
        let fields = request.headerFields
        promise(fields[.transferEncoding] == nil || fields[.contentLength] == nil, "a body of two lengths: \(fields)")
        promise(Set(fields[values: .contentLength]).count <= 1, "a body of two lengths: \(fields)")
        if let host = request.authority, HostHeader.isOurs(host, port: 7420) {
            promise(
                ["127.0.0.1:7420", "[::1]:7420", "localhost:7420"].contains { Array($0.utf8) == Array(host.lowercased().utf8) },
                "not ours: \(host)")
        }
        if case .valid(let key) = UpgradeRequest(request) {
            promise(request.method == .get && key.utf8.count == 24 && fields[.contentLength] ?? "0" == "0", "no handshake: \(request)")
        }
        if Array(path.utf8).firstRange(of: Array(BearerToken.prefix.utf8)) != nil {
            promise(QueryItems(path).holdsToken, "a token in a URL is overlooked: \(path)")
        }
        if let key = try? EventRequest.idempotencyKey(fields) { promise((1...255).contains(key.text.utf8.count), "no key: \(key)") }
        if let wait = try? PreferWait(fields), let duration = wait.duration { promise(duration <= .seconds(60), "too long: \(duration)") }
        if let objection = FetchMetadata(request).objection { promise(!objection.isEmpty, "refused without a reason") }
        if let origin = fields[.origin] { checkOrigin(origin) }
    }

    private static func checkOrigin(_ text: String) {
        guard let origin = try? Origin(text) else { return }
        promise(origin.matches(header: text), "does not match itself: \(text)")
        let parts = text.split(separator: "://", omittingEmptySubsequences: false)
        promise(parts.count == 2, "not one scheme: \(text)")
        promise(text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !"?#\\@*%\"'<>".utf8.contains($0) }, "no origin: \(text)")
        promise(!parts[1].contains("/") && !parts[1].isEmpty && text == text.lowercased(), "no origin: \(text)")
        promise((try? Origin(text + "/")) == nil && (try? Origin(text + ".")) == nil, "two spellings: \(text)")
    }
}
