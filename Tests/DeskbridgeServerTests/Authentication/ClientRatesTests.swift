import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeServer

@Suite struct ClientRatesTests {
    private let time = ManualTime()
    private let rates: ClientRates

    init() { rates = ClientRates(standard: Rate(count: 3, window: .seconds(10)), monotonic: time.monotonic) }

    private func client(_ name: String, token: String, rate: Rate? = nil) throws -> Authenticated {
        Authenticated(identity: Identity(client: try #require(ClientName(name)), token: token), rate: rate, isSingleSession: false)
    }

    private func isTaken(_ client: Authenticated) -> Bool {
        do throws(Problem) {
            try rates.take(client)
            return true
        } catch { return false }
    }

    @Test func aClientIsHeldToItsRateOverAllItsConnections() throws {
        let (first, second) = (try client("a", token: "t1"), try client("a", token: "t2"))
        #expect(isTaken(first))
        #expect(isTaken(second))
        #expect(isTaken(first))
        do throws(Problem) {
            try rates.take(second)
            Issue.record("the fourth passed")
        } catch {
            #expect(error.code == .rateLimited)
            #expect(error.retryAfter == .seconds(10))
        }
        #expect(isTaken(try client("b", token: "t3")))
        time.pass(.seconds(10))
        #expect(isTaken(first))
    }

    @Test func aTokenMayCarryItsOwnRate() throws {
        let fast = try client("a", token: "t1", rate: Rate(count: 50, window: .seconds(1)))
        #expect((0..<60).count { _ in isTaken(fast) } == 50)
    }

    @Test func goingBetweenTwoRatesForgetsNeither() throws {
        let slow = try client("a", token: "t1")
        let fast = try client("a", token: "t2", rate: Rate(count: 5, window: .seconds(10)))
        let taken = (0..<100).map { $0 % 2 == 0 ? isTaken(slow) : isTaken(fast) }
        #expect(taken.count { $0 } == 8)
    }

    @Test func thePersonAtTheDeskHasNoRate() {
        #expect((0..<1000).allSatisfy { _ in isTaken(.local) })
    }
}
