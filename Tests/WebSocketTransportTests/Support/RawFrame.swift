/// A frame written and read byte by byte, apart from the code under test; it can say things no real client would.
struct RawFrame: Equatable {
    var first: UInt8
    var payload: [UInt8]

    static let text: UInt8 = 0x81
    static let textBegin: UInt8 = 0x01
    static let binary: UInt8 = 0x82
    static let binaryBegin: UInt8 = 0x02
    static let more: UInt8 = 0x00
    static let last: UInt8 = 0x80
    static let close: UInt8 = 0x88
    static let ping: UInt8 = 0x89
    static let pong: UInt8 = 0x8A

    init(_ first: UInt8, _ payload: [UInt8] = []) {
        self.first = first
        self.payload = payload
    }

    init(_ first: UInt8, _ text: String) { self.init(first, Array(text.utf8)) }

    static func close(_ code: Int, _ reason: String = "") -> RawFrame {
        RawFrame(close, [UInt8(code >> 8), UInt8(code & 0xFF)] + Array(reason.utf8))
    }

    var closeCode: Int? { payload.count < 2 ? nil : Int(payload[0]) << 8 | Int(payload[1]) }
    var text: String { String(decoding: payload, as: UTF8.self) }

    /// The bytes a client sends.
    func masked(_ mask: [UInt8] = [0x37, 0xFA, 0x21, 0x3D]) -> [UInt8] {
        Self.header(first, payload.count, masked: true) + mask + payload.enumerated().map { $1 ^ mask[$0 % 4] }
    }

    /// What a client must not send.
    func unmasked() -> [UInt8] { Self.header(first, payload.count, masked: false) + payload }

    static func header(_ first: UInt8, _ length: Int, masked: Bool) -> [UInt8] {
        let bit: UInt8 = masked ? 0x80 : 0
        switch length {
        case ..<126: return [first, bit | UInt8(length)]
        case ..<65536: return [first, bit | 126, UInt8(length >> 8), UInt8(length & 0xFF)]
        default: return [first, bit | 127] + (0..<8).map { UInt8(truncatingIfNeeded: length >> (56 - 8 * $0)) }
        }
    }

    /// Takes one unmasked frame, as servers send them, from the front of the bytes; nil if it is not all there.
    static func take(from bytes: inout ArraySlice<UInt8>) -> RawFrame? {
        var rest = bytes
        guard let first = rest.popFirst(), let second = rest.popFirst() else { return nil }
        var length = Int(second)
        let extra = second == 126 ? 2 : second == 127 ? 8 : 0
        guard rest.count >= extra else { return nil }
        if extra > 0 { length = rest.prefix(extra).reduce(0) { $0 << 8 | Int($1) } }
        rest = rest.dropFirst(extra)
        guard rest.count >= length else { return nil }
        defer { bytes = rest.dropFirst(length) }
        return RawFrame(first, Array(rest.prefix(length)))
    }
}
