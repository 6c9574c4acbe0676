internal import Foundation

extension TemplateFilter {
    /// Mends a text until ``SegmentName`` takes it; empty if nothing is left.
    ///
    /// Characters that a name may not hold become `_`, edges are trimmed, what is too long is cut between characters, and
    /// a Windows device name gets a `_`.
    static func safe(_ text: String) -> String {
        var mended = String.UnicodeScalarView()
        for scalar in text.precomposedStringWithCanonicalMapping.unicodeScalars {
            mended.append(SegmentName.isForbidden(scalar) ? "_" : scalar)
        }
        // A mark after a replaced character may compose with the one before it.
        let name = trimmedEdges(String(mended).precomposedStringWithCanonicalMapping)
        return trimmedEdges(shortened(mendedDevice(name)))
    }

    private static func trimmedEdges(_ name: String) -> String {
        var scalars = Substring(name).unicodeScalars
        while let first = scalars.first, SegmentName.isUnsafeStart(first, dotIsUnsafe: true) { scalars.removeFirst() }
        while let last = scalars.last, SegmentName.isUnsafeEnd(last) { scalars.removeLast() }
        return String(scalars)
    }

    private static func shortened(_ name: String) -> String {
        var length = 0
        let kept = name.prefix { character in
            length += character.utf8.count
            return length <= SegmentName.longest
        }
        return String(kept)
    }

    /// Windows takes a name for a device whatever follows its first dot, so that the `_` has to stand before that. A dot is one also with a
    /// mark on it.
    private static func mendedDevice(_ name: String) -> String {
        guard SegmentName.isDevice(name) else { return name }
        var stem = name.unicodeScalars.prefix { $0 != "." }
        while stem.last == " " { stem.removeLast() }
        return "\(String(stem))_\(String(name.unicodeScalars[stem.endIndex...]))"
    }
}
