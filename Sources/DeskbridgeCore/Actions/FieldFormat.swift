/// What stands after the colon of a placeholder: `{shot:04}`, `{date:yyyy-MM-dd}`.
package enum FieldFormat: Sendable, Hashable {
    /// An integer with zeros before it, to at least this many characters, a minus sign counted.
    case padded(width: Int)
    case date(DateFormat)

    package static let widths = 1...18

    /// - Parameter what: what is formatted, for messages.
    /// - Throws: ``DefinitionError`` if the text is no format, or none for this type.
    package init(_ text: some StringProtocol, for type: FieldType, _ what: String, at location: SourceLocation) throws(DefinitionError) {
        switch type {
        case .timestamp:
            do throws(DateFormat.SyntaxError) {
                self = .date(try DateFormat(text))
            } catch { throw DefinitionError(location, "in \(what) \(error.message)") }
        case .integer, .any:
            guard let width = Self.width(text) else {
                throw DefinitionError(
                    location, "\"\(text.prefix(40))\" is no format for \(what): write 0 and a width of 1 to 18, such as 04")
            }
            self = .padded(width: width)
        default:
            throw DefinitionError(
                location, "\(what) is \(type.phrase) and takes no format: only integers (04) and dates (yyyy-MM-dd) do")
        }
    }

    /// The width in `04`, if the text is such a format.
    package static func width(_ text: some StringProtocol) -> Int? {
        guard text.hasPrefix("0"), (2...3).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
            text.dropFirst().first != "0", let width = Int(text.dropFirst()), widths.contains(width)
        else { return nil }
        return width
    }

    package static func padded(_ value: some BinaryInteger, to width: Int) -> String {
        let digits = String(value.magnitude)
        let sign = value < 0 ? "-" : ""
        return sign + String(repeating: "0", count: max(0, width - sign.count - digits.count)) + digits
    }
}

extension FieldType {
    /// The type as a part of a sentence.
    package var phrase: String {
        switch self {
        case .string, .number, .boolean, .timestamp, .any: "a \(name)"
        case .integer, .array, .object: "an \(name)"
        }
    }
}
