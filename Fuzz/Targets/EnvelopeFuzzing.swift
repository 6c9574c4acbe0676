import DeskbridgeCore

/// A message of a client: what is read as JSON is written so that it is read as the same again.
enum EnvelopeFuzzing {
    static func take(_ bytes: [UInt8]) {
        guard let value = try? JSONParser.parse(bytes) else { return }
        let written = value.text
        guard let again = try? JSONParser.parse(written) else { preconditionFailure("cannot be read again: \(written)") }
        precondition(again == value, "reads differently: \(written)")
        precondition(again.text == written, "is written differently: \(written)")
        if let draft = try? EventDraft(message: value) { precondition(!draft.key.text.isEmpty) }
        _ = try? EventDraft(cloudEvent: value)
    }
}
