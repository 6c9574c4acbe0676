package import DeskbridgeCore

/// An HTTP answer, read by a parser that shares nothing with the server's.
package struct RawResponse: Sendable {
    package let status: Int
    /// In lower case; several values of one name are joined by `, `.
    package let headers: [String: String]
    package let body: [UInt8]

    package var text: String { String(decoding: body, as: UTF8.self) }
    package var json: JSONValue? { try? JSONParser.parse(body) }
    /// The `code` of a problem document.
    package var code: String? { json?["code"]?.stringValue }

    /// Nil if the bytes are no answer.
    package init?(_ bytes: [UInt8]) {
        guard let (head, rest) = Self.split(bytes), let (status, headers) = Self.head(head) else { return nil }
        self.status = status
        self.headers = headers
        body = headers["transfer-encoding"]?.lowercased() == "chunked" ? Self.dechunked(rest) : rest
    }

    /// The head without its empty line, and what follows; nil as long as the head is not whole.
    static func split(_ bytes: [UInt8]) -> (head: [UInt8], rest: [UInt8])? {
        let mark: [UInt8] = [13, 10, 13, 10]
        guard bytes.count >= 4, let end = (0...(bytes.count - 4)).first(where: { bytes[$0..<($0 + 4)].elementsEqual(mark) })
        else { return nil }
        return (Array(bytes[..<end]), Array(bytes[(end + 4)...]))
    }

    static func head(_ bytes: [UInt8]) -> (status: Int, headers: [String: String])? {
        let lines = String(decoding: bytes, as: UTF8.self).split(separator: "\r\n")
        guard let words = lines.first?.split(separator: " "), words.count >= 2, words[0].hasPrefix("HTTP/1."), let status = Int(words[1])
        else { return nil }
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: ":") else { continue }
            let value = line[line.index(after: colon)...].drop { $0 == " " }
            headers.merge([line[..<colon].lowercased(): String(value)]) { "\($0), \($1)" }
        }
        return (status, headers)
    }

    private static func dechunked(_ bytes: [UInt8]) -> [UInt8] {
        var decoder = ChunkDecoder()
        return decoder.add(bytes)
    }
}

/// Takes the chunks of RFC 9112 section 7.1 apart, as they come.
struct ChunkDecoder {
    private var unread: [UInt8] = []
    private var left = 0
    private var isInside = false

    mutating func add(_ bytes: [UInt8]) -> [UInt8] {
        unread += bytes
        var data: [UInt8] = []
        while true {
            if isInside {
                let count = min(left, unread.count)
                data += unread.prefix(count)
                unread.removeFirst(count)
                left -= count
                guard left == 0, unread.count >= 2 else { return data }
                unread.removeFirst(2)
                isInside = false
            }
            guard let end = unread.firstIndex(of: 10), let size = Int(String(decoding: unread[..<(end - 1)], as: UTF8.self), radix: 16)
            else { return data }
            unread.removeSubrange(...end)
            left = size
            isInside = true
            if size == 0 { return data }
        }
    }
}
