import DBus
import Testing

struct BusCallTests {
    static func call(_ arguments: BusValue..., path: String = "/", interface: String = "org.example.Peer") throws -> BusCall {
        try BusCall(
            destination: BusName("org.example.Peer"), path: ObjectPath(path), interface: InterfaceName(interface),
            member: MemberName("Echo"), arguments: arguments)
    }

    static func nested(_ levels: Int, in wrap: (BusValue) -> BusValue) -> BusValue {
        (0..<levels).reduce(BusValue.byte(1)) { value, _ in wrap(value) }
    }

    @Test func theSignatureIsThatOfTheArguments() throws {
        let call = try Self.call(.string("x"), .bytes([1]), .structure([.byte(1), .variant(.boolean(true))]), .array(of: .int32, []))
        #expect(call.signature.text == "say(yv)ai")
    }

    @Test func nestingUpToTheLimitIsAcceptedAndBeyondItRefused() throws {
        _ = try Self.call(Self.nested(64) { .variant($0) })
        _ = try Self.call(Self.nested(32) { .structure([$0]) })
        expectInvalid("more than 64 containers") { try Self.call(Self.nested(65) { .variant($0) }) }
        expectInvalid("structs are nested more than 32") { try Self.call(Self.nested(33) { .structure([$0]) }) }
        expectInvalid("arrays are nested more than 32") {
            try Self.call(.variant(Self.nested(33) { .array(of: $0.type, [$0]) }))
        }
    }

    @Test func whatLibdbusWouldAbortForIsRefused() {
        expectInvalid("NUL") { try Self.call(.string("a\0b")) }
        expectInvalid("NUL") { try Self.call(.array(of: .variant, [.variant(.string("\0"))])) }
        expectInvalid("open file") { try Self.call(.unixFD) }
        expectInvalid("open file") { try Self.call(.variant(.unixFD)) }
        expectInvalid("type s stands where i") { try Self.call(.array(of: .int32, [.string("1")])) }
        expectInvalid("stands where") { try Self.call(.array(of: .byte, [.byte(1)])) }
        expectInvalid("outside an array") { try Self.call(.entry(key: .string("k"), value: .byte(1))) }
        expectInvalid("no members") { try Self.call(.structure([])) }
        expectInvalid("must be one basic type") {
            try Self.call(.array(of: .entry(key: .variant, value: .byte), [.entry(key: .variant(.byte(1)), value: .byte(1))]))
        }
        expectInvalid("longer than 255") { try BusCall.echo(Array(repeating: BusValue.byte(1), count: 256)) }
    }

    @Test func whatTheBusWouldHangUpForIsRefused() {
        expectInvalid("reserved") { try Self.call(interface: "org.freedesktop.DBus.Local") }
        expectInvalid("reserved") { try Self.call(path: "/org/freedesktop/DBus/Local") }
    }

    @Test func sizesUpToTheLimitsAreAcceptedAndBeyondThemRefused() throws {
        let longest = BusValue.bytes(Array(repeating: 0, count: 64 << 20))
        _ = try Self.call(longest)
        expectInvalid("array is longer than 64 MiB") { try Self.call(.bytes(Array(repeating: 0, count: 64 << 20 + 1))) }
        expectInvalid("message is longer than 128 MiB") { try Self.call(longest, longest) }
        let text = String(repeating: "x", count: 1 << 20)
        expectInvalid("array is longer than 64 MiB") { try Self.call(.array(of: .string, Array(repeating: .string(text), count: 64))) }
    }

    private func expectInvalid(_ reason: String, sourceLocation: SourceLocation = #_sourceLocation, _ make: () throws -> BusCall) {
        let error = #expect(throws: BusError.self, sourceLocation: sourceLocation) { try make() }
        #expect(error?.kind == .invalid, sourceLocation: sourceLocation)
        #expect(error?.message.contains(reason) == true, "\(String(describing: error))", sourceLocation: sourceLocation)
    }
}

extension BusCall {
    static func echo(_ arguments: [BusValue]) throws -> BusCall { try peer("Echo", arguments) }

    static func peer(
        _ member: String, _ arguments: [BusValue] = [], of peer: String = "org.example.Peer", timeout: Duration = .seconds(25)
    ) throws -> BusCall {
        try BusCall(
            destination: BusName(peer), path: ObjectPath("/org/example/Peer"), interface: InterfaceName("org.example.Peer"),
            member: MemberName(member), arguments: arguments, timeout: timeout)
    }

    /// A method of the bus itself.
    static func bus(_ member: String, _ arguments: [BusValue] = [], timeout: Duration = .seconds(25)) throws -> BusCall {
        try BusCall(
            destination: BusName("org.freedesktop.DBus"), path: ObjectPath("/org/freedesktop/DBus"),
            interface: InterfaceName("org.freedesktop.DBus"), member: MemberName(member), arguments: arguments, timeout: timeout)
    }
}
