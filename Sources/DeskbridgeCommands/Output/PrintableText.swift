extension String {
    /// The text with its control characters made visible, so that what others wrote cannot steer the user's terminal.
    ///
    /// C0, DEL, C1 and the bidirectional controls (Unicode TR 9, 2) become `\u{1B}` and the like; tabs become spaces.
    /// - Parameter keepsNewlines: whether line feeds stand as they are.
    package func printable(keepsNewlines: Bool = false) -> String {
        guard unicodeScalars.contains(where: Self.steers) else { return self }
        var text = ""
        for scalar in unicodeScalars {
            switch scalar {
            case "\t": text += "    "
            case "\n" where keepsNewlines: text += "\n"
            case _ where Self.steers(scalar): text += "\\u{\(String(scalar.value, radix: 16, uppercase: true))}"
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text
    }

    private static func steers(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F...0x9F, 0x202A...0x202E, 0x2066...0x2069, 0x200E, 0x200F, 0x061C: true
        default: false
        }
    }
}
