internal import Foundation

extension TemplateFilter {
    /// The longest text that `safe` leaves, in bytes of UTF-8.
    static let longestSafeName = 240

    /// Mends a text so that it may be the name of a file or folder on Linux, Windows and macOS; empty if nothing is left.
    ///
    /// Characters that a name may not hold become `_`, edges are trimmed, what is too long is cut between characters, and
    /// a Windows device name gets a `_`.
    static func safe(_ text: String) -> String {
        var mended = String.UnicodeScalarView()
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            mended.append(isForbidden(scalar) ? "_" : scalar)
        }
        let name = trimmedEdges(String(mended).precomposedStringWithCanonicalMapping)
        return trimmedEdges(shortened(mendedDevice(name)))
    }

    private static func isForbidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "/", "\\", ":", "*", "?", "\"", "<", ">", "|": return true
        default: break
        }
        return switch scalar.properties.generalCategory {
        case .control, .format, .privateUse, .unassigned, .surrogate, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }

    private static func trimmedEdges(_ name: String) -> String {
        var scalars = Substring(name).unicodeScalars
        while let first = scalars.first, ".-~".unicodeScalars.contains(first) || first.properties.isWhitespace { scalars.removeFirst() }
        while let last = scalars.last, last == "." || last.properties.isWhitespace { scalars.removeLast() }
        return String(scalars)
    }

    private static func shortened(_ name: String) -> String {
        var length = 0
        let kept = name.prefix { character in
            length += character.utf8.count
            return length <= longestSafeName
        }
        return String(kept)
    }

    /// Windows takes a name for a device whatever follows its first dot.
    private static func mendedDevice(_ name: String) -> String {
        let stem = name.prefix { $0 != "." }
        var base = stem[...]
        while base.last == " " { base.removeLast() }
        guard isDevice(base.uppercased()) else { return name }
        return "\(base)_\(name[base.endIndex...])"
    }

    private static func isDevice(_ name: String) -> Bool {
        switch name {
        case "CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$": return true
        default: break
        }
        guard name.count == 4, name.hasPrefix("COM") || name.hasPrefix("LPT"), let last = name.last else { return false }
        return "0123456789¹²³".contains(last)
    }
}
