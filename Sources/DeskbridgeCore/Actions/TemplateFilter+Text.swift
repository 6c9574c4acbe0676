internal import Foundation

extension TemplateFilter {
    /// What the filter makes of a value that is there.
    ///
    /// - Parameter what: the placeholder, for messages. They never hold the value.
    /// - Throws: ``PlanError`` if the value has a type the filter doesn't take, or nothing is left of it.
    func apply(to value: JSONValue, _ what: String) throws(PlanError) -> JSONValue {
        switch self {
        case .default: value
        case .json: .string(value.text)
        case .join(let separator): .string(try Self.joined(value, separator, what))
        case .slug: .string(try Self.notEmpty(Self.slug(try value.scalarText(what)), "slug", what))
        case .safe: .string(try Self.notEmpty(Self.safe(try value.scalarText(what)), "safe", what))
        case .truncate(let count): .string(String(try value.scalarText(what).prefix(count)))
        case .lower: .string(try Self.string(value, what).lowercased())
        case .upper: .string(try Self.string(value, what).uppercased())
        case .title: .string(Self.title(try Self.string(value, what)))
        case .trim: .string(Self.trimmed(try Self.string(value, what)))
        }
    }

    private static func string(_ value: JSONValue, _ what: String) throws(PlanError) -> String {
        guard case .string(let text) = value else {
            if value == .null { throw .missing(what) }
            throw .refused(.wrongType, "\(what) takes a string here, not \(value.typePhrase)")
        }
        return text
    }

    private static func notEmpty(_ text: String, _ name: String, _ what: String) throws(PlanError) -> String {
        guard !text.isEmpty else { throw .refused(.emptyValue, "nothing is left of \(what) after the filter \(name)") }
        return text
    }

    private static func joined(_ value: JSONValue, _ separator: String, _ what: String) throws(PlanError) -> String {
        guard case .array(let elements) = value else {
            if value == .null { throw .missing(what) }
            throw .refused(.wrongType, "\(what) joins an array, not \(value.typePhrase)")
        }
        var texts: [String] = []
        for element in elements { texts.append(try element.scalarText("an element of \(what)")) }
        return texts.joined(separator: separator)
    }

    private static func trimmed(_ text: String) -> String {
        let scalars = text.unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }

    /// Words begin after white space.
    private static func title(_ text: String) -> String {
        var result = ""
        var isInWord = false
        for character in text {
            if isInWord {
                result += character.lowercased()
            } else {
                var scalars = String(character).unicodeScalars
                result += scalars.removeFirst().properties.titlecaseMapping
                result.unicodeScalars.append(contentsOf: scalars)
            }
            isInWord = !character.isWhitespace
        }
        return result
    }

    /// Lower-case letters and digits of ASCII, with one `-` for each run of anything else between them.
    private static func slug(_ text: String) -> String {
        var result = ""
        var isInGap = false
        for scalar in text.lowercased().decomposedStringWithCanonicalMapping.unicodeScalars {
            if scalar.properties.generalCategory == .nonspacingMark { continue }
            let folded = folds[scalar] ?? (scalar.isASCII && scalar.properties.isAlphanumeric ? String(scalar) : "")
            if folded.isEmpty {
                isInGap = true
            } else {
                if isInGap, !result.isEmpty { result += "-" }
                isInGap = false
                result += folded
            }
        }
        return result
    }

    /// Letters that canonical decomposition leaves whole.
    private static let folds: [Unicode.Scalar: String] = [
        "ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ħ": "h", "ŧ": "t", "ŋ": "ng",
    ]
}

extension Unicode.Scalar.Properties {
    fileprivate var isAlphanumeric: Bool { numericType != nil || isAlphabetic }
}

extension JSONValue {
    /// The value as a template writes it.
    ///
    /// - Parameter what: what holds the value, for messages.
    /// - Throws: ``PlanError`` if it is null, an array or an object.
    func scalarText(_ what: String) throws(PlanError) -> String {
        switch self {
        case .null: throw .missing(what)
        case .bool(let value): value ? "true" : "false"
        case .integer(let value): String(value)
        case .decimal(let value): value.text
        case .string(let value): value
        case .array: throw .refused(.wrongType, "\(what) is an array: write it with |json or |join:, ")
        case .object: throw .refused(.wrongType, "\(what) is an object: write it with |json")
        }
    }

    /// The type of the value as a part of a sentence.
    package var typePhrase: String {
        switch self {
        case .null: "null"
        case .integer, .array, .object: "an \(typeName)"
        case .bool, .decimal, .string: "a \(typeName)"
        }
    }
}

extension PlanError {
    static func missing(_ what: String) -> PlanError { .refused(.missingValue, "\(what) has no value") }
}
