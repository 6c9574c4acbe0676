/// The wrong codes of one pairing.
///
/// Each origin has five, after which even the right code is of no use to it: so no page can end the pairing of another. All origins together
/// have 1000, after which the pairing is over, because whoever owns a domain has as many origins as it likes. There are 31^8, or 8.5 × 10^11,
/// codes: a pairing is guessed by all of them together once in 850 million times. A single origin guesses it once in 170,000 million times.
struct WrongCodes: Sendable {
    enum Consequence: Sendable, Equatable {
        case goOn
        /// The pairing is over.
        case end
    }

    static let mostOfOneOrigin = 5
    static let mostOfAll = 1000

    private var counts: [String: Int] = [:]
    private var total = 0

    /// Whether this origin may still try.
    func admits(_ origin: String) -> Bool { counts[origin, default: 0] < Self.mostOfOneOrigin }

    /// How many this origin has sent.
    func count(of origin: String) -> Int { counts[origin, default: 0] }

    /// - Parameter isOnlyOne: whether nobody else may try: then the pairing is of no use without it.
    mutating func note(_ origin: String, isOnlyOne: Bool) -> Consequence {
        counts[origin, default: 0] += 1
        total += 1
        return total >= Self.mostOfAll || isOnlyOne && !admits(origin) ? .end : .goOn
    }
}
