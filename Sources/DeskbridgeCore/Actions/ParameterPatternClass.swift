/// The characters that one place of a pattern takes.
struct ParameterPatternClass: Sendable, Hashable {
    enum Item: Sendable, Hashable {
        case range(ClosedRange<Unicode.Scalar>)
        /// `\d`, `\w` and `\s` as ECMAScript defines them, and general categories of Unicode.
        case digits, wordCharacters, spaces, lineBreaks
        case categories(Set<Unicode.GeneralCategory>)
        case none(of: [Item])
    }

    /// In order and apart from each other, so that looking one up takes few steps however many characters are listed.
    let ranges: [ClosedRange<UInt32>]
    private let others: [Item]
    private let isNegated: Bool

    init(items: [Item], isNegated: Bool = false) {
        var ranges: [ClosedRange<UInt32>] = []
        var others: [Item] = []
        for item in items {
            if case .range(let range) = item {
                ranges.append(range.lowerBound.value...range.upperBound.value)
            } else if !others.contains(item) {
                others.append(item)
            }
        }
        self.ranges = Self.merged(ranges)
        self.others = others
        self.isNegated = isNegated
    }

    private static func merged(_ ranges: [ClosedRange<UInt32>]) -> [ClosedRange<UInt32>] {
        var merged: [ClosedRange<UInt32>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = merged.last, range.lowerBound <= last.upperBound + 1 {
                merged[merged.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
            } else {
                merged.append(range)
            }
        }
        return merged
    }

    static func exactly(_ scalar: Unicode.Scalar) -> ParameterPatternClass { ParameterPatternClass(items: [.range(scalar...scalar)]) }

    /// `.`
    static let anyButLineBreaks = ParameterPatternClass(items: [.lineBreaks], isNegated: true)

    func contains(_ scalar: Unicode.Scalar) -> Bool {
        (isInRange(scalar.value) || others.contains { $0.contains(scalar) }) != isNegated
    }

    private func isInRange(_ value: UInt32) -> Bool {
        var (low, high) = (0, ranges.count)
        while low < high {
            let middle = (low + high) / 2
            if ranges[middle].upperBound < value { low = middle + 1 } else { high = middle }
        }
        return low < ranges.count && ranges[low].contains(value)
    }
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
