/// How often a failed event is tried again, and after how long. Equal input gives equal answers: nothing here is random.
package struct RetryPolicy: Sendable, Hashable {
    package enum Jitter: String, Sendable, CaseIterable {
        /// Any time from at once to the whole delay, so that what failed together does not return together.
        case full
        case none
    }

    /// Attempts in all, the first one included: 1 to 100.
    package let attempts: Int
    /// The delay before the second attempt: 10 ms to 1 h.
    package let initial: Duration
    /// What each further delay grows by, in thousandths: 1000 to 10,000.
    package let multiplierThousandths: Int
    /// The longest delay: from `initial` to 24 h.
    package let maximum: Duration
    package let jitter: Jitter

    /// `{attempts: 5, initial: 1s, multiplier: 2, maximum: 5m, jitter: full}`: what an action without `retry` has.
    package static let standard = RetryPolicy()

    /// Values beyond their limits are brought to the nearest one within.
    package init(
        attempts: Int = 5, initial: Duration = .seconds(1), multiplierThousandths: Int = 2000, maximum: Duration = .seconds(300),
        jitter: Jitter = .full
    ) {
        self.attempts = Limits.attempts.nearest(to: attempts)
        self.initial = Limits.initial.nearest(to: initial)
        self.multiplierThousandths = Limits.multiplierThousandths.nearest(to: multiplierThousandths)
        self.maximum = max(self.initial, min(maximum, Limits.longest))
        self.jitter = jitter
    }

    private enum Limits {
        static let attempts = 1...100
        static let initial = Duration.milliseconds(10) ... .seconds(3600)
        static let multiplierThousandths = 1000...10_000
        static let longest = Duration.seconds(86_400)
    }
}

extension RetryPolicy {
    /// The time from a failure to the attempt with this number, counted from 1. The first one waits for nothing.
    /// - Parameter jitter: from 0 to 1, drawn by the caller; counts only if this policy's jitter is `full`.
    package func delay(beforeAttempt attempt: Int, jitter: Double) -> Duration {
        guard attempt > 1 else { return .zero }
        // At most 24 h in nanoseconds times 10,000 thousandths: stays below 2^60.
        var nanoseconds = initial.wholeNanoseconds
        let longest = maximum.wholeNanoseconds
        for _ in 2..<min(max(attempt, 2), Limits.attempts.upperBound) where nanoseconds < longest {
            nanoseconds = min(longest, nanoseconds * Int64(multiplierThousandths) / 1000)
        }
        guard self.jitter == .full else { return .nanoseconds(nanoseconds) }
        let share = jitter.isNaN ? 1 : min(max(jitter, 0), 1)
        return .nanoseconds(Int64(Double(nanoseconds) * share))
    }

    /// What becomes of an event after its attempt with this number failed so.
    /// - Parameters:
    ///   - isSafeToRepeat: whether the step that failed may run twice.
    ///   - jitter: as for ``delay(beforeAttempt:jitter:)``.
    package func verdict(on failure: Failure.Kind, attempt: Int, isSafeToRepeat: Bool, now: Timestamp, jitter: Double) -> Verdict {
        switch failure {
        case .permanent: return .failed(.permanent)
        case .unknownOutcome where !isSafeToRepeat: return .unknown
        case .retryable, .unknownOutcome:
            guard attempt < attempts else { return .failed(.attemptsUsedUp) }
            return .retry(at: now + delay(beforeAttempt: attempt + 1, jitter: jitter))
        }
    }
}

extension RetryPolicy {
    /// Reads the `retry` of an action; each key left out is as in ``standard``, but `maximum` is never below `initial`.
    /// - Throws: ``DefinitionErrors`` with all its mistakes.
    package init(parsing node: YAMLNode) throws(DefinitionErrors) {
        var reader = MappingReader(node, "retry")
        var attempts = Self.standard.attempts
        var initial = Self.standard.initial
        var multiplier = Self.standard.multiplierThousandths
        var maximum: Duration?
        var jitter = Self.standard.jitter
        reader.read("attempts", into: &attempts) { node, what throws(DefinitionError) in try node.integer(what, in: Limits.attempts) }
        reader.read("initial", into: &initial) { node, what throws(DefinitionError) in try node.duration(what, in: Limits.initial) }
        reader.read("multiplier", into: &multiplier) { node, what throws(DefinitionError) in try Self.thousandths(node, what) }
        reader.read("maximum", into: &maximum) { node, what throws(DefinitionError) in
            let value = try node.duration(what, in: .milliseconds(10)...Limits.longest)
            guard value >= initial else { throw node.error("\(what) must be at least retry.initial, which is \(Units.text(initial))") }
            return value
        }
        reader.read("jitter", into: &jitter) { node, what throws(DefinitionError) in try node.choice(what) }
        let mistakes = reader.finish()
        guard mistakes.isEmpty else { throw DefinitionErrors(ofOneFile: mistakes) }
        self.init(
            attempts: attempts, initial: initial, multiplierThousandths: multiplier,
            maximum: maximum ?? max(initial, Self.standard.maximum), jitter: jitter)
    }

    private static func thousandths(_ node: YAMLNode, _ what: String) throws(DefinitionError) -> Int {
        let complaint = "\(what) must be a number from 1 to 10 with at most three decimals, such as 2 or 1.5"
        switch node.content {
        case .scalar(.integer(let value), _) where (1...10).contains(value): return Int(value) * 1000
        case .scalar(.decimal(let value), _) where (-3..<0).contains(value.exponent) && !value.isNegative:
            guard let digits = Int(value.digits), value.digits.utf8.count <= 5 else { throw node.error(complaint) }
            let scaled = digits * [1, 10, 100][value.exponent + 3]
            guard Limits.multiplierThousandths.contains(scaled) else { throw node.error(complaint) }
            return scaled
        default: throw node.error(complaint)
        }
    }
}

extension ClosedRange {
    fileprivate func nearest(to value: Bound) -> Bound { Swift.min(Swift.max(value, lowerBound), upperBound) }
}

extension Duration {
    /// The duration in nanoseconds, rounded down. For durations below 292 years.
    fileprivate var wholeNanoseconds: Int64 { components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000 }
}

extension RetryPolicy {
    package static let schema = MappingSchema([
        .optional(
            "attempts", "Attempts in all, the first one included.", .integer(in: Limits.attempts),
            default: .integer(Int64(standard.attempts))),
        .optional(
            "initial", "The wait before the second attempt.", .duration(in: Limits.initial), default: .string(Units.text(standard.initial))),
        .optional(
            "multiplier", "What each further wait grows by, with up to three decimals.",
            ValueSchema(["type": "number", "minimum": 1, "maximum": 10], remark: "From 1 to 10."),
            default: .integer(Int64(standard.multiplierThousandths / 1000))),
        .optional(
            "maximum", "The longest wait; at least initial.", .duration(in: .milliseconds(10)...Limits.longest),
            default: .string(Units.text(standard.maximum))),
        .optional(
            "jitter", "Whether each wait is a random part of its length (full), so that what failed together does not return together.",
            .word(of: Jitter.self), default: .string(standard.jitter.rawValue)),
    ])
}
