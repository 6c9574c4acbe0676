import DeskbridgeTestSupport

/// A method call as a monitor of the bus saw it, read by rules restated here from the D-Bus Specification, "Message Format".
struct CapturedCall: Sendable {
    var interface = ""
    var member = ""
    var signature = ""
    var body: [UInt8] = []
}

/// A `dbus-monitor` that passes on every message of a bus as raw bytes.
struct MessageCapture {
    private let monitor: SpawnedProcess

    /// Returns once it monitors.
    init(of bus: PrivateBus) async throws {
        monitor = try SpawnedProcess(["dbus-monitor", "--address", bus.address, "--binary"])
        // On becoming a monitor it loses its name, and is told so.
        while let message = await next(), message.member != "NameLost" {}
    }

    /// The next message; nil once the monitor is gone.
    func next() async -> CapturedCall? {
        guard let start = await monitor.nextBytes(16) else { return nil }
        let fieldsLength = Int(word(start, at: 12))
        let bodyLength = Int(word(start, at: 4))
        guard let fields = await monitor.nextBytes((fieldsLength + 7) / 8 * 8), let body = await monitor.nextBytes(bodyLength) else {
            return nil
        }
        var call = CapturedCall(body: body)
        var position = 0
        while position < fieldsLength {
            position = (position + 7) / 8 * 8
            let code = fields[position]
            // The signature of the variant has one character, with its length before and a NUL after it.
            let type = Character(UnicodeScalar(fields[position + 2]))
            position += 4
            switch type {
            case "s", "o":
                let text = self.text(fields, at: position + 4, length: Int(word(fields, at: position)))
                if code == 2 { call.interface = text }
                if code == 3 { call.member = text }
                position += 4 + text.utf8.count + 1
            case "g":
                let text = self.text(fields, at: position + 1, length: Int(fields[position]))
                if code == 8 { call.signature = text }
                position += 1 + text.utf8.count + 1
            default: position += 4
            }
        }
        return call
    }

    func end() { monitor.end() }

    private func word(_ bytes: [UInt8], at position: Int) -> UInt32 {
        bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func text(_ bytes: [UInt8], at position: Int, length: Int) -> String {
        String(decoding: bytes[position..<position + length], as: UTF8.self)
    }
}
