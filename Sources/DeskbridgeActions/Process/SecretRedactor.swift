import DeskbridgeCore

/// Replaces secrets in a stream of bytes, also where one is split between two pieces of the stream.
///
/// Takes time in proportion to the bytes and the number of secrets, whatever the bytes are (Knuth, Morris, Pratt), and holds
/// back no more than the beginning of a secret. Secrets that overlap are replaced as one.
struct SecretRedactor: Sendable {
    private struct Pattern: Sendable {
        let bytes: [UInt8]
        /// For each length of a partial match the next shorter one that may still become a whole one.
        let fallback: [Int]
        var matched = 0

        init(_ bytes: [UInt8]) {
            self.bytes = bytes
            var fallback = [0]
            var length = 0
            for index in bytes.indices.dropFirst() {
                while length > 0, bytes[index] != bytes[length] { length = fallback[length - 1] }
                if bytes[index] == bytes[length] { length += 1 }
                fallback.append(length)
            }
            self.fallback = fallback
        }

        /// Whether the secret ends with this byte.
        mutating func advance(_ byte: UInt8) -> Bool {
            while matched > 0, bytes[matched] != byte { matched = fallback[matched - 1] }
            if bytes[matched] == byte { matched += 1 }
            guard matched == bytes.count else { return false }
            matched = fallback[matched - 1]
            return true
        }
    }

    private var patterns: [Pattern]
    /// Whether a secret begins with the byte.
    private var begins = [Bool](repeating: false, count: 256)
    /// The bytes that may yet turn out to belong to a secret, from `released` on, and whether they are known to.
    private var held: [UInt8] = []
    private var isHidden: [Bool] = []
    private var released = 0
    /// Whether the last byte let go was hidden, so that the mask for it stands already.
    private var endsInMask = false
    private static let mask = Array(RenderedText.hidden.utf8)

    init(_ secrets: [String]) {
        patterns = secrets.map { Array($0.utf8) }.filter { !$0.isEmpty }.map(Pattern.init)
        for pattern in patterns { begins[Int(pattern.bytes[0])] = true }
    }

    /// Takes the next piece and returns what is now certain.
    mutating func feed(_ piece: [UInt8]) -> [UInt8] {
        if patterns.isEmpty { return piece }
        var certain: [UInt8] = []
        certain.reserveCapacity(piece.count)
        for byte in piece {
            if held.isEmpty, !begins[Int(byte)] {
                certain.append(byte)
                endsInMask = false
            } else {
                hold(byte)
                release(keeping: patterns.lazy.map(\.matched).max() ?? 0, into: &certain)
            }
        }
        return certain
    }

    private mutating func hold(_ byte: UInt8) {
        held.append(byte)
        isHidden.append(false)
        for index in patterns.indices where patterns[index].advance(byte) {
            for position in (held.count - patterns[index].bytes.count)..<held.count { isHidden[position] = true }
        }
    }

    private mutating func release(keeping kept: Int, into certain: inout [UInt8]) {
        while held.count - released > kept {
            if !isHidden[released] {
                certain.append(held[released])
            } else if !endsInMask {
                certain += Self.mask
            }
            endsInMask = isHidden[released]
            released += 1
        }
        if released == held.count || released > 65_536 {
            held.removeFirst(released)
            isHidden.removeFirst(released)
            released = 0
        }
    }

    /// Returns what was held back, once the stream has ended.
    mutating func finish() -> [UInt8] {
        var certain: [UInt8] = []
        release(keeping: 0, into: &certain)
        return certain
    }
}

extension SecretRedactor {
    static func redacted(_ text: String, hiding secrets: [String]) -> String {
        var redactor = SecretRedactor(secrets)
        let certain = redactor.feed(Array(text.utf8))
        return String(decoding: certain + redactor.finish(), as: UTF8.self)
    }

    /// The value with secrets hidden in its strings and member names; a number that is a secret becomes a string.
    static func redacted(_ value: JSONValue, hiding secrets: [String]) -> JSONValue {
        if secrets.isEmpty { return value }
        switch value {
        case .null, .bool: return value
        case .integer, .decimal: return secrets.contains(value.text) ? .string(RenderedText.hidden) : value
        case .string(let text): return .string(redacted(text, hiding: secrets))
        case .array(let elements): return .array(elements.map { redacted($0, hiding: secrets) })
        case .object(let members):
            return .object(
                JSONObject(
                    members.map { (redacted($0.key, hiding: secrets), redacted($0.value, hiding: secrets)) },
                    uniquingKeysWith: { _, last in last }))
        }
    }
}
