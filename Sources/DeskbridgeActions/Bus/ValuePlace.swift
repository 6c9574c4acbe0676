import DeskbridgeCore

/// Where in a list of D-Bus values one stands: `1` is the second, `1.PlaybackStatus` a member of it. Counts from 0, as in `{steps.call.reply.0}`.
struct ValuePlace: Sendable, Hashable, CustomStringConvertible {
    let position: Int
    /// The positions and names of members that lead further in.
    let rest: [String]

    /// Nil unless the text begins with a position and has no empty part.
    init?(_ text: some StringProtocol) {
        let parts = String(text).split(separator: ".", omittingEmptySubsequences: false).map { String($0) }
        guard let first = parts.first, let position = Int(first), String(position) == first, position >= 0, !parts.contains("") else {
            return nil
        }
        self.position = position
        rest = Array(parts.dropFirst())
    }

    func value(in values: [JSONValue]) -> JSONValue? {
        guard values.indices.contains(position) else { return nil }
        var value = values[position]
        for step in rest {
            switch value {
            case .object(let members):
                guard let member = members[step] else { return nil }
                value = member
            case .array(let elements):
                guard let position = Int(step), elements.indices.contains(position) else { return nil }
                value = elements[position]
            case .null, .bool, .integer, .decimal, .string: return nil
            }
        }
        return value
    }

    var description: String { ([String(position)] + rest).joined(separator: ".") }
}
