internal import DeskbridgeCore

/// A page's wish to be paired, as a link: `deskbridge://pair?origin=https%3A%2F%2Fstudio.example&client=dashboard`.
///
/// Whoever writes the link chooses what it says, so it only narrows down which page may come; the code and the person decide.
struct PairLink: Equatable {
    let origin: String
    let client: String?

    /// - Throws: ``Flaw`` if it says anything else than an origin and a client's name.
    init(_ text: String) throws(Flaw) {
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2, ["deskbridge://pair", "deskbridge://pair/"].contains(parts[0].lowercased()) else {
            throw Flaw("the link must begin with deskbridge://pair?")
        }
        var values: [String: String] = [:]
        for item in parts[1].split(separator: "&", omittingEmptySubsequences: false) {
            let pair = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
            guard pair.count == 2, ["origin", "client"].contains(pair[0]), values[pair[0]] == nil, let value = Self.decoded(pair[1]) else {
                throw Flaw("the link may say origin and client, each once, and nothing else")
            }
            values[pair[0]] = value
        }
        guard let origin = values["origin"] else { throw Flaw("the link must say its origin") }
        self.origin = try Origin(origin).description
        client = values["client"]
    }

    /// Nil for what is not percent-encoded UTF-8.
    private static func decoded(_ text: String) -> String? {
        var bytes: [UInt8] = []
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == UInt8(ascii: "%") else {
                bytes.append(byte)
                continue
            }
            guard rest.count >= 2, let value = UInt8(String(decoding: rest.prefix(2), as: UTF8.self), radix: 16) else { return nil }
            bytes.append(value)
            rest = rest.dropFirst(2)
        }
        return String(validating: bytes, as: UTF8.self)
    }
}
