import DeskbridgeCore

/// Finds out which texts of a plan must not be shown.
enum SecretTexts {
    /// - Parameters:
    ///   - rendered: texts whose secrets show as ``RenderedText/hidden``; they may have gone through filters.
    ///   - values: the secret values themselves.
    /// - Returns: all that is long enough to be looked for, also as it is spelled inside JSON strings; longest first.
    static func all(in rendered: [RenderedText], and values: Set<String>) -> [String] {
        var texts = values
        for text in rendered { texts.formUnion(hidden(in: text)) }
        texts = texts.filter { $0.utf8.count >= ProcessLimits.shortestSecret }
        for text in texts { texts.insert(String(JSONValue.string(text).text.dropFirst().dropLast())) }
        return texts.sorted { ($1.utf8.count, $0) < ($0.utf8.count, $1) }
    }

    /// What stands in `value` where `shown` hides something.
    ///
    /// With several hidden places the texts between them are looked for from left to right; as these may also occur within a
    /// secret, the whole from the first hidden place to the last counts too.
    private static func hidden(in text: RenderedText) -> [String] {
        guard text.value != text.shown else { return [] }
        let value = Array(text.value.utf8)
        let pieces = split(Array(text.shown.utf8), at: Array(RenderedText.hidden.utf8))
        let first = pieces[0].count
        let last = pieces[pieces.count - 1].count
        guard pieces.count > 1, value.count >= first + last else { return [text.value] }
        let whole = value[first..<value.count - last]
        var found = [whole]
        var rest = whole
        for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
            guard let range = rest.firstRange(of: piece) else { break }
            found.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        found.append(rest)
        return found.map { String(decoding: $0, as: UTF8.self) }
    }

    private static func split(_ text: [UInt8], at separator: [UInt8]) -> [ArraySlice<UInt8>] {
        var pieces: [ArraySlice<UInt8>] = []
        var rest = text[...]
        while let range = rest.firstRange(of: separator) {
            pieces.append(rest[..<range.lowerBound])
            rest = rest[range.upperBound...]
        }
        return pieces + [rest]
    }
}
