/// Text that others wrote, made fit to stand in one line among words of ours.
///
/// Nothing of it can begin another line, change the direction of what stands around it, hide, or grow over its place.
enum PlainLine {
    /// More accents on one letter would paint over the lines above and below.
    private static let mostMarks = 2

    /// - Parameter longest: in characters; what is longer is cut and ends in `…`.
    static func text(_ text: String, longest: Int) -> String { render(text, longest: longest).text }

    /// Whether all of it stands in the line but for blanks: nothing was cut, and nothing left out because it can't be seen.
    static func showsAll(of text: String, longest: Int) -> Bool { render(text, longest: longest).isWhole }

    private static func render(_ text: String, longest: Int) -> (text: String, isWhole: Bool) {
        var isWhole = text.unicodeScalars.count <= longest * 8
        var line = String.UnicodeScalarView()
        var marks = 0
        // A text of megabytes is not looked at beyond what can be shown of it.
        for scalar in text.unicodeScalars.prefix(longest * 8) {
            switch kind(of: scalar) {
            case .space where line.isEmpty || line.last == " ": continue
            case .space:
                line.append(" ")
                marks = 0
            case .mark:
                marks += 1
                if marks <= mostMarks, !line.isEmpty { line.append(scalar) } else { isWhole = false }
            case .invisible: isWhole = false
            case .letter:
                line.append(scalar)
                marks = 0
            }
        }
        while line.last == " " { line.removeLast() }
        let whole = String(line)
        return whole.count > longest ? (whole.prefix(longest - 1) + "…", false) : (whole, isWhole)
    }

    /// The same between quotation marks that it cannot close.
    static func quoted(_ text: String, longest: Int) -> String {
        "“" + self.text(String(text.map { "“”„‟\"".contains($0) ? "'" : $0 }), longest: longest) + "”"
    }

    private enum Kind {
        case letter, mark, space, invisible
    }

    private static func kind(of scalar: Unicode.Scalar) -> Kind {
        // A blank that Unicode counts among the symbols: BRAILLE PATTERN BLANK.
        if scalar.properties.isWhitespace || scalar == "\u{2800}" { return .space }
        switch scalar.properties.generalCategory {
        case .control, .lineSeparator, .paragraphSeparator: return .space
        // Bidirectional controls and zero-width characters are format characters (Unicode TR 9, 2; TR 36, 3.2).
        case .format, .surrogate, .privateUse, .unassigned: return .invisible
        case .nonspacingMark, .enclosingMark: return scalar.properties.isDefaultIgnorableCodePoint ? .invisible : .mark
        default: return scalar.properties.isDefaultIgnorableCodePoint ? .invisible : .letter
        }
    }
}
