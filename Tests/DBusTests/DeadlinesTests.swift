import Testing

@testable import DBus

struct DeadlinesTests {
    private let start = SuspendingClock().now

    private func call(after milliseconds: Int) throws -> PendingCall {
        PendingCall(try .bus("GetId"), deadline: start + .milliseconds(milliseconds))
    }

    @Test func callsExpireInTheOrderOfTheirDeadlines() throws {
        var deadlines = Deadlines()
        // 7 is a generator of the numbers below 997: each offset comes once, in no order.
        for number in 1..<997 { deadlines.add(try call(after: number * 7 % 997)) }
        #expect(deadlines.removeExpired(at: start) == nil)
        var expired: [SuspendingClock.Instant] = []
        while let call = deadlines.removeExpired(at: start + .milliseconds(500)) { expired.append(call.deadline) }
        #expect(expired == (1...500).map { start + .milliseconds($0) })
        #expect(deadlines.next() == start + .milliseconds(501))
    }

    @Test func answeredCallsWakeNobody() throws {
        var deadlines = Deadlines()
        let calls = try (1...200).map { try call(after: $0) }
        for call in calls { deadlines.add(call) }
        for call in calls.dropLast() { call.answer(.success([])) }
        #expect(deadlines.next() == start + .milliseconds(200))
        calls.last?.answer(.success([]))
        #expect(deadlines.next() == nil)
        #expect(deadlines.removeExpired(at: start + .seconds(1)) == nil)
    }

    @Test func theFirstAnswerCounts() async throws {
        let call = try call(after: 1)
        #expect(call.answer(.success([.byte(1)])))
        #expect(!call.answer(.failure(.cancelled)))
        #expect(await call.wait() == .success([.byte(1)]))
    }
}
