import HTTPTypes

/// What the first bytes of a connection ask for, as far as it decides who is heard first.
///
/// Nothing is granted on the strength of it: whoever comes in is read once more, by a parser that refuses what is ambiguous.
enum RequestPreview: Equatable {
    /// The head of the request isn't whole yet.
    case unfinished
    case whole(HTTPRequest)
    /// Longer than is looked at here, or not to be made out.
    case unclear

    /// The fields that say who asks, and for what.
    private static let fields: [HTTPField.Name] = [.authorization, .origin, .secWebSocketProtocol, .upgrade]

    /// - Parameter limit: the bytes that are looked at; a head that isn't whole by then is unclear.
    init(_ bytes: UnsafeRawBufferPointer, limit: Int) {
        var rest = bytes.prefix(limit)
        // Empty lines may come first (RFC 9112 section 2.2).
        while let first = rest.first, first == Self.carriageReturn || first == Self.lineFeed { rest.removeFirst() }
        var lines: [Slice<UnsafeRawBufferPointer>] = []
        while let end = rest.firstIndex(of: Self.lineFeed) {
            var line = rest[..<end]
            if line.last == Self.carriageReturn { line.removeLast() }
            rest = rest[(end + 1)...]
            if line.isEmpty {
                self = Self.request(lines).map(Self.whole) ?? .unclear
                return
            }
            lines.append(line)
        }
        self = bytes.count < limit ? .unfinished : .unclear
    }

    private static let carriageReturn = UInt8(ascii: "\r")
    private static let lineFeed = UInt8(ascii: "\n")

    private static func request(_ lines: [Slice<UnsafeRawBufferPointer>]) -> HTTPRequest? {
        let words = lines.first?.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false) ?? []
        guard words.count == 3, let method = HTTPRequest.Method(String(decoding: words[0], as: UTF8.self)) else { return nil }
        var request = HTTPRequest(method: method, scheme: nil, authority: nil, path: String(decoding: words[1], as: UTF8.self))
        for line in lines.dropFirst() {
            guard let colon = line.firstIndex(of: UInt8(ascii: ":")) else { return nil }
            guard let name = fields.first(where: { isSame($0, line[..<colon]) }) else { continue }
            guard request.headerFields[name] == nil else { return nil }
            var value = line[(colon + 1)...]
            while let first = value.first, isBlank(first) { value.removeFirst() }
            while let last = value.last, isBlank(last) { value.removeLast() }
            request.headerFields[name] = String(decoding: value, as: UTF8.self)
        }
        return request
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    private static func isSame(_ name: HTTPField.Name, _ written: Slice<UnsafeRawBufferPointer>) -> Bool {
        let name = name.canonicalName.utf8
        return name.count == written.count && zip(name, written).allSatisfy { $0 == ($1 | 0x20) || $0 == $1 }
    }
}
