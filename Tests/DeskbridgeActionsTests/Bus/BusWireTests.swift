import DBus
import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeActions

@Suite(.timeLimit(.minutes(2)))
struct BusWireTests {
    /// What a monitor of the bus sees of our calls and of busctl's, row by row: the same signature and the same bytes.
    @Test func ourMessagesEqualThoseOfBusctl() async throws {
        let bus = try PrivateBus()
        let capture = try await MessageCapture(of: bus)
        let connection = BusConnection(to: try BusAddress(bus.address))

        for (number, row) in FittingArguments.all.enumerated() {
            try await callWithOurs(row, number: number, on: connection)
            try await callWithBusctl(row, number: number, on: bus)
            let ours = await nextCall("org.example.Ours", of: capture)
            let theirs = await nextCall("org.example.Busctl", of: capture)
            #expect(ours?.member == "Row\(number)")
            #expect(theirs?.member == "Row\(number)")
            #expect(ours?.signature == row.signature)
            #expect(theirs?.signature == row.signature)
            #expect(ours?.body == theirs?.body, "\(row.signature) \(row.json)")
        }
        capture.end()
        await connection.shutdown()
    }

    /// The bus itself is called, and answers that it knows no such method.
    private func callWithOurs(_ row: FittingArguments, number: Int, on connection: BusConnection) async throws {
        let values = try BusEncoding.values(JSONParser.parse(row.json, deepest: 128).arrayValue ?? [], as: BusSignature(row.signature))
        let call = try BusCall(
            destination: BusName("org.freedesktop.DBus"), path: ObjectPath("/"), interface: InterfaceName("org.example.Ours"),
            member: MemberName("Row\(number)"), arguments: values)
        do { _ = try await connection.call(call) } catch { #expect(error.kind == .errorReply, "\(error)") }
    }

    private func callWithBusctl(_ row: FittingArguments, number: Int, on bus: PrivateBus) async throws {
        let arguments = row.busctl.split(separator: " ").map { argument in
            argument == "''" ? "" : String(argument.map { $0 == "_" && !argument.hasPrefix("/") ? " " : $0 })
        }
        let busctl = try SpawnedProcess(
            ["busctl", "--address=\(bus.address)", "--expect-reply=no", "--", "call", "org.freedesktop.DBus", "/", "org.example.Busctl"]
                + ["Row\(number)", row.signature] + arguments)
        let (_, exitCode) = await busctl.result()
        try #require(exitCode == 0, "\(row.signature) \(row.busctl)")
    }

    private func nextCall(_ interface: String, of capture: MessageCapture) async -> CapturedCall? {
        while let message = await capture.next() { if message.interface == interface { return message } }
        return nil
    }
}
