extension NameTemplate {
    /// How many paths there are for these values, counted without making one; `Int.max` stands for any larger number.
    ///
    /// - Throws: ``PlanError`` if a bound of a range has no integer.
    package func count(_ fields: FieldValues) throws(PlanError) -> Int {
        var product = 1
        for part in names.joined() {
            let factor: Int
            switch part {
            case .literal, .field: factor = 1
            case .choice(let alternatives): factor = alternatives.count
            case .range(let range): factor = try range.numbers(fields).count
            }
            // An empty range makes the product 0 whatever else there is.
            guard factor > 0 else { return 0 }
            let (result, overflowed) = product.multipliedReportingOverflow(by: factor)
            product = overflowed ? .max : result
        }
        return product
    }

    /// All paths for these values; the last choice or range changes fastest.
    ///
    /// - Throws: ``PlanError`` for more than ``mostPaths`` paths, a name that breaks a rule, and what ``Placeholder`` throws.
    package func paths(_ fields: FieldValues) throws(PlanError) -> [[SegmentName]] {
        let count = try count(fields)
        guard count > 0 else { return [] }
        guard count <= Self.mostPaths else {
            throw .refused(.tooManyEntries, "\"\(source)\" makes more than \(Self.mostPaths) entries: make its ranges smaller")
        }
        var paths: [[SegmentName]] = [[]]
        for parts in names {
            let alternatives = try Self.alternatives(of: parts, fields)
            paths = paths.flatMap { path in alternatives.map { path + [$0] } }
        }
        return paths
    }

    private static func alternatives(of parts: [Part], _ fields: FieldValues) throws(PlanError) -> [SegmentName] {
        var texts: [(value: String, shown: String)] = [("", "")]
        for part in parts {
            let additions = try additions(of: part, fields)
            texts = texts.flatMap { text in additions.map { (text.value + $0.value, text.shown + $0.shown) } }
        }
        let startsWithField = if case .field = parts.first { true } else { false }
        var names: [SegmentName] = []
        for text in texts {
            names.append(try SegmentName(RenderedText(value: text.value, shown: text.shown, startsWithField: startsWithField)))
        }
        return names
    }

    private static func additions(of part: Part, _ fields: FieldValues) throws(PlanError) -> [(value: String, shown: String)] {
        switch part {
        case .literal(let text): return [(text, text)]
        case .choice(let alternatives): return alternatives.map { ($0, $0) }
        case .field(let placeholder):
            let text = try placeholder.render(fields)
            return [(text.value, text.shown)]
        case .range(let range):
            let numbers = try range.numbers(fields)
            return (0..<numbers.count).map { position in
                let text = FieldFormat.padded(numbers.lower + position, to: numbers.width)
                return (text, numbers.isSecret ? RenderedText.hidden : text)
            }
        }
    }
}
