import HTTPTypes

/// What a request asks for, judged by RFC 6455 4.2.1.
enum UpgradeRequest: Equatable {
    /// Not a WebSocket handshake: ordinary HTTP.
    case none
    /// A sound handshake, with its `Sec-WebSocket-Key`.
    case valid(key: String)
    /// Meant as a handshake, but no WebSocket can come of it.
    case refused(status: HTTPResponse.Status, headers: HTTPFields, explanation: String)

    /// - Parameter request: an HTTP/1.1 request; an `Upgrade` of an older version must have been removed (RFC 9110 7.8).
    init(_ request: HTTPRequest) {
        let headers = request.headerFields
        guard headers.listed(.upgrade).contains("websocket"), headers.listed(.connection).contains("upgrade") else {
            self = .none
            return
        }
        guard request.method == .get else {
            self = Self.malformed("a WebSocket handshake must be a GET request")
            return
        }
        guard headers[values: .secWebSocketVersion] == ["13"] else {
            self = .refused(
                status: .upgradeRequired, headers: [.secWebSocketVersion: "13"], explanation: "this server speaks WebSocket version 13")
            return
        }
        let keys = headers[values: .secWebSocketKey]
        guard keys.count == 1, let key = keys.first, Self.isBase64Of16Bytes(key) else {
            self = Self.malformed("Sec-WebSocket-Key must be 16 bytes in base64")
            return
        }
        guard headers[.transferEncoding] == nil, headers[values: .contentLength].allSatisfy({ $0 == "0" }) else {
            self = Self.malformed("a WebSocket handshake must not have a body")
            return
        }
        self = .valid(key: key)
    }

    private static func malformed(_ explanation: String) -> UpgradeRequest {
        .refused(status: .badRequest, headers: [:], explanation: explanation)
    }

    /// 22 digits and two padding signs; the last digit holds two bits, so its other four are zero.
    private static func isBase64Of16Bytes(_ key: String) -> Bool {
        let bytes = Array(key.utf8)
        guard bytes.count == 24, bytes[22...] == [UInt8(ascii: "="), UInt8(ascii: "=")] else { return false }
        let isDigits = bytes[..<22].allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"): true
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "+"), UInt8(ascii: "/"): true
            default: false
            }
        }
        return isDigits && "AQgw".utf8.contains(bytes[21])
    }
}

extension HTTPFields {
    /// The elements of a comma-separated field, in lower case.
    fileprivate func listed(_ name: HTTPField.Name) -> [String] {
        self[values: name].flatMap { value in
            value.split(separator: ",").map { $0.lowercased().filter { $0 != " " && $0 != "\t" } }
        }
    }
}
