internal import Crypto

/// One link of the audit's chain: the text of an entry with its number and the hash of the record before it, and the hash of that text.
///
/// The text is a JSON object without white space, its members in a fixed order; the hash is the SHA-256 of its bytes as they are.
/// So a record is checked without knowing how to write one.
package struct AuditRecord: Sendable, Hashable {
    /// What the first record of all names as the hash before it.
    package static let origin = [UInt8](repeating: 0, count: 32)

    package let seq: Int64
    package let text: String
    package let hash: [UInt8]

    /// The record of an entry.
    package init(_ entry: AuditEntry, seq: Int64, after previous: [UInt8]) {
        self.seq = seq
        text = "{\"seq\":\(seq),\"previous\":\"\(Self.hexadecimal(previous))\",\(entry.text.dropFirst())"
        hash = Self.hash(of: text)
    }

    /// A record as it was stored. Nothing is checked.
    package init(seq: Int64, text: String, hash: [UInt8]) {
        self.seq = seq
        self.text = text
        self.hash = hash
    }

    private static let tail = ",\"hash\":\""

    /// The record as one line of JSON: the text with the hash as one more member at its end.
    package var line: String { "\(text.dropLast())\(Self.tail)\(Self.hexadecimal(hash))\"}" }

    /// Reads what ``line`` writes. Nil if it is nothing of that kind; whether it is whole, ``AuditChain`` tells.
    package init?(line: some StringProtocol) {
        let bytes = Array(line.utf8)
        let ending = Self.tail.utf8.count + 64 + 2
        guard bytes.count > ending, bytes.suffix(2).elementsEqual("\"}".utf8) else { return nil }
        let start = bytes.count - ending
        guard bytes[start...].starts(with: Self.tail.utf8), let hash = Self.bytes(hexadecimal: bytes[(bytes.count - 66)..<(bytes.count - 2)])
        else { return nil }
        let text = String(decoding: bytes[..<start], as: UTF8.self) + "}"
        guard let json = try? JSONParser.parse(text), let seq = json["seq"]?.integerValue else { return nil }
        self.init(seq: seq, text: text, hash: hash)
    }

    package static func hash(of text: String) -> [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }

    package static func hexadecimal(_ bytes: [UInt8]) -> String {
        func digit(_ value: UInt8) -> UInt8 { value < 10 ? 0x30 + value : 0x57 + value }
        return String(unsafeUninitializedCapacity: bytes.count * 2) { buffer in
            for (index, byte) in bytes.enumerated() {
                buffer[index * 2] = digit(byte >> 4)
                buffer[index * 2 + 1] = digit(byte & 15)
            }
            return bytes.count * 2
        }
    }

    /// Nil unless these are 64 digits in small letters.
    package static func bytes(hexadecimal digits: some Collection<UInt8>) -> [UInt8]? {
        func value(_ digit: UInt8) -> UInt8? {
            switch digit {
            case 0x30...0x39: digit - 0x30
            case 0x61...0x66: digit - 0x57
            default: nil
            }
        }
        let values = digits.compactMap(value)
        guard values.count == 64, digits.count == 64 else { return nil }
        return stride(from: 0, to: 64, by: 2).map { values[$0] << 4 | values[$0 + 1] }
    }
}
