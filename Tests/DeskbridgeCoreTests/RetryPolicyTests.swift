import DeskbridgeCore
import Testing

struct RetryPolicyTests {
    private let now = Timestamp(milliseconds: 1_795_251_600_000)

    private func parse(_ text: String) throws -> RetryPolicy {
        guard let node = try yamlNode("retry: \(text)").openMapping("the file")["retry"] else { throw DefinitionErrors() }
        return try RetryPolicy(parsing: node)
    }

    @Test(arguments: [
        ("{}", RetryPolicy.standard),
        ("", .standard),
        (
            "{attempts: 8, initial: 1s, multiplier: 2, maximum: 5m, jitter: full}",
            RetryPolicy(attempts: 8, initial: .seconds(1), multiplierThousandths: 2000, maximum: .seconds(300), jitter: .full)
        ),
        (
            "{attempts: 1, initial: 10ms, multiplier: 1, maximum: 10ms, jitter: none}",
            RetryPolicy(attempts: 1, initial: .milliseconds(10), multiplierThousandths: 1000, maximum: .milliseconds(10), jitter: .none)
        ),
        (
            "{attempts: 100, initial: 1h, multiplier: 10, maximum: 24h}",
            RetryPolicy(attempts: 100, initial: .seconds(3600), multiplierThousandths: 10_000, maximum: .seconds(86_400))
        ),
        ("{multiplier: 1.5}", RetryPolicy(multiplierThousandths: 1500)),
        ("{multiplier: 1.001}", RetryPolicy(multiplierThousandths: 1001)),
        ("{multiplier: 9.999}", RetryPolicy(multiplierThousandths: 9999)),
        ("{multiplier: 3.0}", RetryPolicy(multiplierThousandths: 3000)),
        ("{multiplier: 2.25}", RetryPolicy(multiplierThousandths: 2250)),
        ("{initial: 10m}", RetryPolicy(initial: .seconds(600), maximum: .seconds(600))),
    ])
    func keysLeftOutAreStandard(text: String, policy: RetryPolicy) throws {
        #expect(try parse(text) == policy)
    }

    @Test func theStandardPolicyIsTheOneDocumented() {
        #expect(RetryPolicy.standard.attempts == 5)
        #expect(RetryPolicy.standard.initial == .seconds(1))
        #expect(RetryPolicy.standard.multiplierThousandths == 2000)
        #expect(RetryPolicy.standard.maximum == .seconds(300))
        #expect(RetryPolicy.standard.jitter == .full)
    }

    @Test(arguments: [
        ("3", "1:8: retry must be a mapping, not an integer"),
        (
            "{attempt: 3}",
            "1:9: retry has no key \"attempt\". Did you mean \"attempts\"? Its keys are attempts, initial, multiplier, maximum, jitter."
        ),
        ("{attempts: 0}", "1:19: retry.attempts must be from 1 to 100, not 0"),
        ("{attempts: 101}", "1:19: retry.attempts must be from 1 to 100, not 101"),
        ("{attempts: many}", "1:19: retry.attempts must be an integer, not a string"),
        ("{initial: 9ms}", "1:18: retry.initial must be from 10ms to 1h, not \"9ms\""),
        ("{initial: 2h}", "1:18: retry.initial must be from 10ms to 1h, not \"2h\""),
        ("{initial: 5}", "1:18: retry.initial must be a duration such as 250ms, 30s, 5m, 12h or 30d, not 5"),
        ("{maximum: 25h}", "1:18: retry.maximum must be from 10ms to 1d, not \"25h\""),
        ("{initial: 10s, maximum: 5s}", "1:32: retry.maximum must be at least retry.initial, which is 10s"),
        ("{multiplier: 0}", "1:21: retry.multiplier must be a number from 1 to 10 with at most three decimals, such as 2 or 1.5"),
        ("{multiplier: 11}", "1:21: retry.multiplier must be a number from 1 to 10 with at most three decimals, such as 2 or 1.5"),
        ("{multiplier: 0.5}", "1:21: retry.multiplier must be a number from 1 to 10 with at most three decimals, such as 2 or 1.5"),
        ("{multiplier: 10.5}", "1:21: retry.multiplier must be a number from 1 to 10 with at most three decimals, such as 2 or 1.5"),
        ("{multiplier: -1.5}", "1:21: retry.multiplier must be a number from 1 to 10 with at most three decimals, such as 2 or 1.5"),
        ("{multiplier: 1.0001}", "1:21: retry.multiplier must be a number from 1 to 10 with at most three decimals, such as 2 or 1.5"),
        ("{multiplier: 123456789.5}", "1:21: retry.multiplier must be a number from 1 to 10 with at most three decimals, such as 2 or 1.5"),
        ("{multiplier: \"2\"}", "1:21: retry.multiplier must be a number from 1 to 10 with at most three decimals, such as 2 or 1.5"),
        ("{jitter: fll}", "1:17: retry.jitter can't be \"fll\". Did you mean \"full\"? It is one of full, none."),
        ("{jitter: false}", "1:17: retry.jitter must be a string, not a boolean"),
    ])
    func aPolicyThatCannotBeMeantIsRefusedWithItsPlace(text: String, mistake: String) {
        #expect(mistakes { try parse(text) } == ["test.yaml:" + mistake])
    }

    @Test(arguments: [
        (0, 0), (1, 0), (2, 1000), (3, 2000), (4, 4000), (9, 128_000), (10, 256_000), (11, 300_000), (100, 300_000), (Int.max, 300_000),
        (Int.min, 0),
    ])
    func theDelayGrowsToItsMaximumAndStaysThere(attempt: Int, milliseconds: Int) {
        #expect(RetryPolicy(jitter: .none).delay(beforeAttempt: attempt, jitter: 0.3) == .milliseconds(milliseconds))
    }

    @Test func aMultiplierWithDecimalsAddsUpWithoutLosingMuch() {
        let policy = RetryPolicy(initial: .milliseconds(10), multiplierThousandths: 1001, jitter: .none)
        #expect(policy.delay(beforeAttempt: 3, jitter: 0) == .microseconds(10_010))
        #expect(policy.delay(beforeAttempt: 4, jitter: 0) == .nanoseconds(10_020_010))
        #expect(RetryPolicy(multiplierThousandths: 1000, jitter: .none).delay(beforeAttempt: 100, jitter: 0) == .seconds(1))
        let steepest = RetryPolicy(initial: .seconds(3600), multiplierThousandths: 10_000, maximum: .seconds(86_400), jitter: .none)
        #expect(steepest.delay(beforeAttempt: 100, jitter: 0) == .seconds(86_400))
    }

    @Test(arguments: [
        (0.0, 0), (0.25, 1000), (0.5, 2000), (1, 4000), (-3, 0), (7, 4000), (.nan, 4000), (.infinity, 4000), (-.infinity, 0),
    ])
    func fullJitterIsAShareOfTheDelay(jitter: Double, milliseconds: Int) {
        #expect(RetryPolicy.standard.delay(beforeAttempt: 4, jitter: jitter) == .milliseconds(milliseconds))
    }

    @Test(arguments: [
        (Failure.Kind.retryable, 1, false, Verdict.retry(at: Timestamp(milliseconds: 1_795_251_600_500))),
        (.retryable, 4, true, .retry(at: Timestamp(milliseconds: 1_795_251_604_000))),
        (.retryable, 5, true, .failed(.attemptsUsedUp)),
        (.retryable, 6, false, .failed(.attemptsUsedUp)),
        (.permanent, 1, true, .failed(.permanent)),
        (.permanent, 5, true, .failed(.permanent)),
        (.unknownOutcome, 1, true, .retry(at: Timestamp(milliseconds: 1_795_251_600_500))),
        (.unknownOutcome, 5, true, .failed(.attemptsUsedUp)),
        (.unknownOutcome, 1, false, .unknown),
        (.unknownOutcome, 5, false, .unknown),
    ])
    func aFailuresKindAndTheAttemptsLeftGiveTheVerdict(kind: Failure.Kind, attempt: Int, isSafe: Bool, verdict: Verdict) {
        for _ in 1...3 {
            #expect(
                RetryPolicy.standard.verdict(on: kind, attempt: attempt, isSafeToRepeat: isSafe, now: now, jitter: 0.5) == verdict)
        }
    }

    @Test func onePermittedAttemptIsNeverRepeated() {
        let once = RetryPolicy(attempts: 1)
        #expect(once.verdict(on: .retryable, attempt: 1, isSafeToRepeat: true, now: now, jitter: 0) == .failed(.attemptsUsedUp))
    }

    @Test func valuesBeyondTheLimitsAreBroughtWithin() {
        let low = RetryPolicy(attempts: -1, initial: .zero, multiplierThousandths: 0, maximum: .zero)
        #expect(low == RetryPolicy(attempts: 1, initial: .milliseconds(10), multiplierThousandths: 1000, maximum: .milliseconds(10)))
        let high = RetryPolicy(attempts: .max, initial: .seconds(86_400), multiplierThousandths: .max, maximum: .seconds(Int64.max))
        #expect(high == RetryPolicy(attempts: 100, initial: .seconds(3600), multiplierThousandths: 10_000, maximum: .seconds(86_400)))
    }
}
