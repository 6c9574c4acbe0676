import DeskbridgeCore

@testable import DeskbridgeServer

/// A message of a client: what is read as JSON is written so that it is read as the same again, and a message is read as what it says.
enum EnvelopeFuzzing {
    static func take(_ bytes: [UInt8]) {
        let value: JSONValue
        do throws(JSONSyntaxError) { value = try JSONParser.parse(bytes) } catch {
            let lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false)
            promise((1...lines.count).contains(error.line), "no such line: \(error)")
            promise((1...lines[error.line - 1].count + 1).contains(error.column), "no such column: \(error)")
            promise(!error.message.isEmpty, "refused without a reason")
            return
        }
        checkText(of: value, readFrom: bytes)
        read(value, asCloudEvents: false, from: bytes)
        read(value, asCloudEvents: true, from: bytes)
    }

    private static func checkText(of value: JSONValue, readFrom bytes: [UInt8]) {
        promise(String(validating: bytes, as: UTF8.self) != nil, "taken, and no UTF-8")
        let written = value.bytes
        for text in [written, Array(value.prettyText.utf8)] {
            guard let again = try? JSONParser.parse(text) else {
                return promise(false, "cannot be read again: \(String(decoding: text, as: UTF8.self))")
            }
            promise(again == value && again.bytes == written, "reads differently: \(value.text)")
        }
        promise(PayloadFingerprint(of: value.reversed) == PayloadFingerprint(of: value), "the order of members counts: \(value.text)")
        if value.isClosed {
            let cut = Array(bytes[..<(bytes.lastIndex { !" \t\r\n".utf8.contains($0) } ?? 0)])
            promise((try? JSONParser.parse(cut)) == nil, "taken without its end: \(value.text)")
        }
    }

    private static func read(_ value: JSONValue, asCloudEvents: Bool, from bytes: [UInt8]) {
        do throws(Problem) {
            switch try SocketMessage(value, asCloudEvents: asCloudEvents) {
            case .event(let draft): check(draft, value, asCloudEvents: asCloudEvents)
            case .acknowledge(let seq): promise(seq >= 0 && value["seq"] == .integer(seq), "another seq")
            case .subscribe(let names, let since):
                promise(names.count <= 100 && (since ?? 0) >= 0 && (since != nil || value["channels"] != nil), "a subscription to nothing")
            case .unsubscribe(let names): promise(names.count <= 100, "too many channels")
            case .request(let request): promise((1...255).contains(request.id.utf8.count), "a request that cannot be answered")
            case .ping, .auth: break
            }
        } catch {
            promise(!error.detail.isEmpty, "refused without a reason")
            promise(error.errors.allSatisfy { $0.pointer.isEmpty || $0.pointer.utf8.first == 0x2F }, "no pointers: \(error)")
            let told = error.detail.utf8.count + JSONValue.object(error.errorMembers).bytes.count
            promise(told <= 32 * bytes.count + 16_384, "\(bytes.count) bytes are refused with \(told)")
        }
    }

    private static func check(_ draft: EventDraft, _ value: JSONValue, asCloudEvents: Bool) {
        promise((1...255).contains(draft.key.text.utf8.count), "no key: \(draft.key)")
        promise(draft.payload.objectValue != nil, "no object: \(draft.payload.text)")
        promise(value["type"] == .string(draft.type.text), "another type: \(draft.type)")
        guard draft.format == .deskbridge else {
            promise(asCloudEvents && value["specversion"] == "1.0", "no CloudEvent: \(value.text)")
            return
        }
        promise((value["payload"] ?? [:]).bytes == draft.payload.bytes, "another payload: \(value.text)")
        let same: JSONValue = [
            "payload": draft.payload, "idempotencyKey": .string(draft.key.text), "type": .string(draft.type.text),
        ]
        guard let again = try? EventDraft(message: same) else { return promise(false, "cannot be said again: \(same.text)") }
        promise(again == draft && again.fingerprint == draft.fingerprint, "another event: \(same.text)")
    }
}

extension JSONValue {
    /// The same with the members of each object the other way round.
    fileprivate var reversed: JSONValue {
        switch self {
        case .null, .bool, .integer, .decimal, .string: self
        case .array(let elements): .array(elements.map(\.reversed))
        case .object(let members):
            .object(JSONObject(members.reversed().map { ($0.key, $0.value.reversed) }, uniquingKeysWith: { first, _ in first }))
        }
    }

    /// Whether its text ends in a character that nothing but its end can be.
    fileprivate var isClosed: Bool {
        switch self {
        case .string, .array, .object: true
        case .null, .bool, .integer, .decimal: false
        }
    }
}
