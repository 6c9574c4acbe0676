/// The values of an event that templates are filled from, by the same paths that ``TemplateScope`` declares.
package struct FieldValues: Sendable {
    /// What a path leads to.
    package enum Lookup: Sendable, Equatable {
        case value(JSONValue, isSecret: Bool)
        case timestamp(Timestamp)
        case absent
        /// Only a step that has not run yet can tell.
        case knownAfter(step: String)
    }

    /// What the event carried, as it came: without the defaults of parameters.
    package let payload: JSONValue
    private var values: [String: JSONValue]
    private let date: Timestamp
    /// What the local time is, for formats of `{date}`.
    let zone: ZoneOffset
    let secretNames: Set<String>
    private var steps: [String: JSONValue] = [:]
    private var stepsToCome: Set<String> = []

    /// - Parameters:
    ///   - parameters: the validated parameters, defaults filled in.
    ///   - secretNames: the parameters whose values must never be shown.
    ///   - date: when the event was accepted, so that each attempt makes the same names.
    ///   - event: the members of `{event.…}`.
    ///   - zone: what the local time is, for formats of `{date}`.
    ///   - payload: what the event carried; the parameters, if nothing is said.
    package init(
        parameters: JSONObject, secretNames: Set<String> = [], date: Timestamp, event: JSONObject = [:], zone: ZoneOffset = .system,
        payload: JSONValue? = nil
    ) {
        self.payload = payload ?? .object(parameters)
        values = Dictionary(uniqueKeysWithValues: parameters.map { ($0.key, $0.value) })
        values["event"] = .object(event)
        self.secretNames = secretNames
        self.date = date
        self.zone = zone
    }

    /// Makes a finished step's result available as `{steps.ID.…}`.
    package mutating func setResult(_ result: JSONValue, ofStep id: String) {
        steps[id] = result
        stepsToCome.remove(id)
    }

    /// Says that the step's result will be known only when it has run.
    package mutating func expectResult(ofStep id: String) { stepsToCome.insert(id) }

    package func lookup(_ path: [String]) -> Lookup {
        guard let first = path.first else { return .absent }
        if first == "date", path.count == 1 { return .timestamp(date) }
        if first == "steps" {
            guard path.count > 1 else { return .absent }
            if stepsToCome.contains(path[1]) { return .knownAfter(step: path[1]) }
            return descend(steps[path[1]], path.dropFirst(2), isSecret: false)
        }
        return descend(values[first], path.dropFirst(), isSecret: secretNames.contains(first))
    }

    private func descend(_ value: JSONValue?, _ path: ArraySlice<String>, isSecret: Bool) -> Lookup {
        var value = value
        for name in path {
            switch value {
            case .object(let members): value = members[name]
            case .array(let elements):
                guard let position = Int(name), elements.indices.contains(position) else { return .absent }
                value = elements[position]
            default: return .absent
            }
        }
        return value.map { .value($0, isSecret: isSecret) } ?? .absent
    }
}
