/// Reads the text of a ``ParameterPattern``.
struct ParameterPatternParser {
    typealias Node = ParameterPatternNode
    typealias SyntaxError = ParameterPattern.SyntaxError

    static let deepest = 32
    static let mostRepetitions = 1000

    private let scalars: [Unicode.Scalar]
    private let first: Int
    private let end: Int
    private var index: Int
    private var depth = 0

    init(_ text: String) {
        scalars = Array(text.unicodeScalars)
        first = scalars.first == "^" ? 1 : 0
        let escapes = scalars.dropLast().reversed().prefix { $0 == "\\" }.count
        end = scalars.count > first && scalars.last == "$" && escapes.isMultiple(of: 2) ? scalars.count - 1 : scalars.count
        index = first
    }

    /// The text without anchors.
    var source: String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[first..<end])
        return String(view)
    }

    private var current: Unicode.Scalar? { index < end ? scalars[index] : nil }

    private func error(_ message: String, at offset: Int? = nil) -> SyntaxError { SyntaxError(offset: offset ?? index, message: message) }

    mutating func pattern() throws(SyntaxError) -> Node {
        let node = try choice()
        guard current == nil else { throw error("this ) closes nothing: write \\) for a parenthesis") }
        return node
    }

    private mutating func choice() throws(SyntaxError) -> Node {
        var branches = [try sequence()]
        while current == "|" {
            index += 1
            branches.append(try sequence())
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws(SyntaxError) -> Node {
        var parts: [Node] = []
        while let scalar = current, scalar != "|", scalar != ")" {
            let atom = try atom()
            parts.append(try repeated(atom))
        }
        return parts.count == 1 ? parts[0] : .sequence(parts)
    }

    private mutating func repeated(_ atom: Node) throws(SyntaxError) -> Node {
        let node: Node
        switch current {
        case "*": node = .endlessLoop(atom, from: 0)
        case "+": node = .endlessLoop(atom, from: 1)
        case "?": node = .loop(atom, 0...1)
        case "{": node = try counted(atom)
        default: return atom
        }
        index += 1
        // A lazy quantifier takes the same whole texts.
        if current == "?" { index += 1 }
        if let next = current, "*+?{".unicodeScalars.contains(next) {
            throw error("there is nothing here to repeat: put what is meant into ( )")
        }
        return node
    }

    /// Ends at the closing brace.
    private mutating func counted(_ atom: Node) throws(SyntaxError) -> Node {
        let start = index
        index += 1
        let counts = "a count is written {n}, {n,} or {n,m} with n and m up to \(Self.mostRepetitions); a brace is written \\{"
        guard let lower = try number() else { throw error(counts, at: start) }
        var upper: Int? = lower
        if current == "," {
            index += 1
            upper = try number()
        }
        guard current == "}", lower <= Self.mostRepetitions, upper ?? 0 <= Self.mostRepetitions else { throw error(counts, at: start) }
        guard let upper else { return .endlessLoop(atom, from: lower) }
        guard lower <= upper else { throw error("the first count is the smaller one", at: start) }
        return .loop(atom, lower...upper)
    }

    private mutating func number() throws(SyntaxError) -> Int? {
        let start = index
        while let digit = current, ("0"..."9").contains(digit) { index += 1 }
        guard index > start else { return nil }
        return scalars[start..<index].reduce(0) { min($0 * 10 + Int($1.value - 0x30), Self.mostRepetitions + 1) }
    }

    private mutating func atom() throws(SyntaxError) -> Node {
        guard let scalar = current else { throw error("the pattern ends too early") }
        switch scalar {
        case "(": return try group()
        case "[": return .take(try set())
        case ".":
            index += 1
            return .take(.anyButLineBreaks)
        case "\\":
            return .take(ParameterPatternClass(items: [try escape()]))
        case "*", "+", "?", "{": throw error("there is nothing here to repeat: write \\\(scalar) for the character")
        case "}", "]": throw error("this \(scalar) closes nothing: write \\\(scalar) for the character")
        case "^", "$": throw error("a pattern matches the whole value: \(scalar) has no use here, write \\\(scalar) for the character")
        default:
            index += 1
            return .take(.exactly(scalar))
        }
    }

    private mutating func group() throws(SyntaxError) -> Node {
        let start = index
        guard depth < Self.deepest else { throw error("groups are nested deeper than \(Self.deepest) levels") }
        depth += 1
        defer { depth -= 1 }
        index += 1
        if current == "?" {
            guard index + 1 < end, scalars[index + 1] == ":" else {
                throw error("of the groups that begin with (? only (?: ) is supported", at: start)
            }
            index += 2
        }
        let node = try choice()
        guard current == ")" else { throw error("this ( is not closed: write \\( for a parenthesis", at: start) }
        index += 1
        return node
    }

    private mutating func set() throws(SyntaxError) -> ParameterPatternClass {
        let start = index
        index += 1
        var items: [ParameterPatternClass.Item] = []
        let isNegated = current == "^"
        if isNegated { index += 1 }
        while let scalar = current, scalar != "]" {
            let place = index
            let low = try setItem()
            guard current == "-", index + 1 < end, scalars[index + 1] != "]" else {
                items.append(low)
                continue
            }
            index += 1
            guard case .range(let from) = low, case .range(let to) = try setItem() else {
                throw error("a range goes from one character to another; write \\- for the character", at: place)
            }
            guard from.lowerBound <= to.lowerBound else { throw error("the first character of a range comes before the second", at: place) }
            items.append(.range(from.lowerBound...to.lowerBound))
        }
        guard current == "]" else { throw error("this [ is not closed: write \\[ for the character", at: start) }
        guard !items.isEmpty else { throw error("this [ ] takes no character", at: start) }
        index += 1
        return ParameterPatternClass(items: items, isNegated: isNegated)
    }

    private mutating func setItem() throws(SyntaxError) -> ParameterPatternClass.Item {
        guard let scalar = current else { throw error("the pattern ends too early") }
        if scalar == "\\" { return try escape() }
        index += 1
        return .range(scalar...scalar)
    }

    private mutating func escape() throws(SyntaxError) -> ParameterPatternClass.Item {
        let start = index
        index += 1
        guard let letter = current else { throw error("write \\\\ for a backslash", at: start) }
        index += 1
        switch letter {
        case "d": return .digits
        case "D": return .none(of: [.digits])
        case "w": return .wordCharacters
        case "W": return .none(of: [.wordCharacters])
        case "s": return .spaces
        case "S": return .none(of: [.spaces])
        case "p": return .categories(try categories(start))
        case "P": return .none(of: [.categories(try categories(start))])
        case "n": return .range("\n"..."\n")
        case "r": return .range("\r"..."\r")
        case "t": return .range("\t"..."\t")
        case "x": return try hexadecimal(2, start)
        case "u": return try hexadecimal(4, start)
        default:
            guard letter.isASCII, letter.value > 0x20, !ParameterPatternClass.Item.wordCharacters.contains(letter) else {
                throw error("\\\(letter) is not supported", at: start)
            }
            return .range(letter...letter)
        }
    }

    /// Two or four digits, or any number of them between braces after `\u`.
    private mutating func hexadecimal(_ count: Int, _ start: Int) throws(SyntaxError) -> ParameterPatternClass.Item {
        let isBraced = count == 4 && current == "{"
        if isBraced { index += 1 }
        var digits = ""
        while let scalar = current, Character(scalar).isHexDigit, scalar.isASCII, digits.utf8.count < (isBraced ? 6 : count) {
            digits.unicodeScalars.append(scalar)
            index += 1
        }
        guard let value = UInt32(digits, radix: 16), let scalar = Unicode.Scalar(value), isBraced || digits.utf8.count == count,
            !isBraced || current == "}"
        else { throw error("a character is written \\x41, \\u0041 or \\u{1F3AC}", at: start) }
        if isBraced { index += 1 }
        return .range(scalar...scalar)
    }

    private mutating func categories(_ start: Int) throws(SyntaxError) -> Set<Unicode.GeneralCategory> {
        var name = ""
        if current == "{" {
            index += 1
            while let scalar = current, scalar != "}", name.utf8.count < 3 {
                name.unicodeScalars.append(scalar)
                index += 1
            }
        }
        guard current == "}", let categories = ParameterPatternClass.Item.categoryNames[name] else {
            let names = ParameterPatternClass.Item.categoryNames.keys.sorted().joined(separator: ", ")
            throw error("a category is written \\p{…} with one of \(names)", at: start)
        }
        index += 1
        return categories
    }
}
