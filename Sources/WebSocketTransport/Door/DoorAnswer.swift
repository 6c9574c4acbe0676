/// What is answered at the door, where no request is read for good.
package enum DoorAnswer {
    static let timeout = text("408 Request Timeout")
    static let busy = text("503 Service Unavailable", fields: ["Retry-After: 1"])

    /// An answer after which the connection ends (RFC 9112 section 9.6).
    /// - Parameter status: number and reason.
    package static func text(_ status: String, fields: [String] = [], body: [UInt8] = []) -> [UInt8] {
        let lines = ["HTTP/1.1 \(status)", "Connection: close", "Content-Length: \(body.count)"] + fields + ["", ""]
        return Array(lines.joined(separator: "\r\n").utf8) + body
    }
}
