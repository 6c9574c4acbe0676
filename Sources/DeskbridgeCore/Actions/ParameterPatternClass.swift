/// The characters that one place of a pattern takes.
struct ParameterPatternClass: Sendable, Hashable {
    enum Item: Sendable, Hashable {
        case range(ClosedRange<Unicode.Scalar>)
        /// `\d`, `\w` and `\s` as ECMAScript defines them, and general categories of Unicode.
        case digits, wordCharacters, spaces, lineBreaks
        case categories(Set<Unicode.GeneralCategory>)
        case none(of: [Item])
    }

    let items: [Item]
    var isNegated = false

    static func exactly(_ scalar: Unicode.Scalar) -> ParameterPatternClass { ParameterPatternClass(items: [.range(scalar...scalar)]) }

    /// `.`
    static let anyButLineBreaks = ParameterPatternClass(items: [.lineBreaks], isNegated: true)

    func contains(_ scalar: Unicode.Scalar) -> Bool { items.contains { $0.contains(scalar) } != isNegated }
}

extension ParameterPatternClass.Item {
    func contains(_ scalar: Unicode.Scalar) -> Bool {
        switch self {
        case .range(let range): return range.contains(scalar)
        case .digits: return ("0"..."9").contains(scalar)
        case .wordCharacters:
            return ("a"..."z").contains(scalar) || ("A"..."Z").contains(scalar) || ("0"..."9").contains(scalar) || scalar == "_"
        case .spaces:
            switch scalar {
            case "\t", "\n", "\u{B}", "\u{C}", "\r", "\u{FEFF}", "\u{2028}", "\u{2029}": return true
            default: return scalar.properties.generalCategory == .spaceSeparator
            }
        case .lineBreaks: return ["\n", "\r", "\u{2028}", "\u{2029}"].contains(scalar)
        case .categories(let categories): return categories.contains(scalar.properties.generalCategory)
        case .none(let items): return !items.contains { $0.contains(scalar) }
        }
    }

    /// The short names of Unicode's general categories, as `\p{…}` takes them.
    static let categoryNames: [String: Set<Unicode.GeneralCategory>] = [
        "L": [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter],
        "Lu": [.uppercaseLetter], "Ll": [.lowercaseLetter],
        "M": [.nonspacingMark, .spacingMark, .enclosingMark],
        "N": [.decimalNumber, .letterNumber, .otherNumber], "Nd": [.decimalNumber],
        "P": [
            .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation, .finalPunctuation,
            .otherPunctuation,
        ],
        "S": [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol],
        "Z": [.spaceSeparator, .lineSeparator, .paragraphSeparator],
    ]
}
