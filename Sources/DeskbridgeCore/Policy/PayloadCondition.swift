/// What a rule wants of an event's payload: all of its tests must hold, and a field that is missing fails its test.
package struct PayloadCondition: Sendable, Hashable {
    /// What is wanted of one value of the payload.
    struct Field: Sendable, Hashable {
        let path: [String]
        let test: PayloadTest

        var pointer: JSONPointer { path.reduce(.root) { $0.appending($1) } }
    }

    /// What a payload is to a condition.
    enum Verdict: Sendable, Hashable {
        case meets
        case fails(PayloadMismatch)
        /// A value is too long to be looked at, and no other test fails.
        case cannotTell(JSONPointer)
    }

    let fields: [Field]

    func verdict(on payload: JSONValue) -> Verdict {
        var unseen: JSONPointer?
        for field in fields {
            guard let value = payload.value(at: field.path) else { return .fails(PayloadMismatch(pointer: field.pointer, reason: "is missing")) }
            switch field.test.verdict(on: value) {
            case .meets: continue
            case .fails(let reason): return .fails(PayloadMismatch(pointer: field.pointer, reason: reason))
            case .cannotTell: unseen = unseen ?? field.pointer
            }
        }
        return unseen.map(Verdict.cannotTell) ?? .meets
    }

    /// Whether each payload that meets the other one meets this one, as far as that can be told without solving them.
    func covers(_ other: PayloadCondition) -> Bool { Set(fields).isSubset(of: other.fields) }
}

/// Why a payload is not what a rule is about. Says nothing of the value itself.
package struct PayloadMismatch: Sendable, Hashable, CustomStringConvertible {
    package let pointer: JSONPointer
    package let reason: String

    package var description: String { "the payload's \(pointer) \(reason)" }
}

/// What is wanted of one value. The words are those of parameters; nothing is implied that isn't written, so that no value slips
/// past a `deny` by breaking a rule nobody wrote.
struct PayloadTest: Sendable, Hashable {
    enum Verdict: Sendable, Hashable {
        case meets
        case fails(String)
        case cannotTell
    }

    /// How many steps matching one value may take; a longer value is not looked at.
    private static let mostPatternSteps = 4_000_000

    var type: PayloadType?
    /// The only values wanted; empty if all are.
    var choices: [JSONValue] = []
    var lengths: ClosedRange<Int> = 0...Int.max
    var pattern: ParameterPattern?
    var numbers = Parameter.NumberRules()

    func verdict(on value: JSONValue) -> Verdict {
        if let type, !type.includes(value) { return .fails("must be \(type.phrase), not \(value.typePhrase)") }
        if !choices.isEmpty, !choices.contains(where: { $0.hasSameMeaning(as: value) }) {
            return .fails("must be \(choices.count == 1 ? "" : "one of ")\(choices.prefix(20).map(\.text).joined(separator: ", "))")
        }
        if let text = value.stringValue { return verdict(onText: text) }
        if let number = value.decimalValue, let reason = numbers.refusal(of: number) { return .fails(reason) }
        return .meets
    }

    private func verdict(onText text: String) -> Verdict {
        guard lengths != 0...Int.max || pattern != nil else { return .meets }
        let length = text.unicodeScalars.count
        if length < lengths.lowerBound { return .fails("must have at least \(Parameter.count(lengths.lowerBound, "character"))") }
        if length > lengths.upperBound { return .fails("must have at most \(Parameter.count(lengths.upperBound, "character"))") }
        guard let pattern else { return .meets }
        guard length <= Self.mostPatternSteps / pattern.size else { return .cannotTell }
        return pattern.matches(text) ? .meets : .fails("must match the pattern \(pattern.source)")
    }
}

/// The types that a condition can ask for.
enum PayloadType: String, Sendable, Hashable, CaseIterable {
    case string, integer, number, boolean, array, object

    func includes(_ value: JSONValue) -> Bool {
        switch (self, value) {
        case (.string, .string), (.integer, .integer), (.number, .integer), (.number, .decimal), (.boolean, .bool), (.array, .array),
            (.object, .object):
            true
        default: false
        }
    }

    var phrase: String {
        switch self {
        case .integer, .array, .object: "an \(rawValue)"
        default: "a \(rawValue)"
        }
    }
}

extension Parameter.NumberRules {
    fileprivate func refusal(of number: JSONDecimal) -> String? {
        if let minimum, number < minimum { return "must be at least \(minimum.text)" }
        if let maximum, number > maximum { return "must be at most \(maximum.text)" }
        if let exclusiveMinimum, number <= exclusiveMinimum { return "must be greater than \(exclusiveMinimum.text)" }
        if let exclusiveMaximum, number >= exclusiveMaximum { return "must be less than \(exclusiveMaximum.text)" }
        return nil
    }
}

extension JSONValue {
    /// The value that these names and array positions lead to (RFC 6901 section 4).
    fileprivate func value(at path: [String]) -> JSONValue? {
        var value = self
        for token in path {
            switch value {
            case .object(let members):
                guard let member = members[token] else { return nil }
                value = member
            case .array(let elements):
                let isIndex = token == "0" || (token.utf8.first != UInt8(ascii: "0") && token.utf8.allSatisfy(\.isDigit))
                guard isIndex, let index = Int(token), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }
}
