/// Finds what a mistyped name was meant to be.
package enum NearestName {
    /// The candidate that takes the fewest edits, if two or fewer are enough.
    package static func of(_ name: String, in candidates: [String]) -> String? {
        let close = candidates.map { (distance(name, $0), $0) }.filter { $0.0 <= min(2, $0.1.count / 2) }
        return close.min { $0.0 < $1.0 }?.1
    }

    /// ` Did you mean "name"?`, to be put behind a sentence; empty if nothing is near.
    package static func question(_ name: String, in candidates: [String]) -> String {
        of(name, in: candidates).map { " Did you mean \"\($0)\"?" } ?? ""
    }

    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.lowercased().prefix(64))
        let right = Array(right.lowercased().prefix(64))
        var row = Array(0...right.count)
        for (i, a) in left.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for (j, b) in right.enumerated() {
                let substitution = diagonal + (a == b ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = min(row[j] + 1, row[j + 1] + 1, substitution)
            }
        }
        return row[right.count]
    }
}
