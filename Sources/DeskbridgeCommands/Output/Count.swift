/// How many of something, in words: `1 rule`, `3 rules`.
enum Count {
    /// - Parameter one: what one of them is called; several have an `s` more.
    static func text(_ count: some BinaryInteger, _ one: String) -> String { "\(count) \(one)\(count == 1 ? "" : "s")" }
}
