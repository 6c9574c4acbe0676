import Testing

@testable import WebSocketTransport

@Suite struct PaceTests {
    /// How many of this many may come at each of these times, in milliseconds.
    @Test(arguments: [
        (burst: 1, tries: [(0, 3)], taken: [1]),
        (burst: 3, tries: [(0, 9)], taken: [3]),
        (burst: 3, tries: [(0, 3), (99, 1), (100, 2), (200, 2)], taken: [3, 0, 1, 1]),
        // A pause gives no more than the burst.
        (burst: 3, tries: [(0, 3), (60_000, 9)], taken: [3, 3]),
        // Nor does a beginning at a late time.
        (burst: 2, tries: [(86_400_000, 9), (86_400_100, 9)], taken: [2, 1]),
    ])
    func tenASecond(burst: Int, tries: [(time: Int, count: Int)], taken: [Int]) {
        var pace = Pace(perSecond: 10, burst: burst)
        let counts = tries.map { time, count in (0..<count).count { _ in pace.take(now: .milliseconds(time)) } }
        #expect(counts == taken)
    }

    @Test func itTellsWhenTheNextMayCome() {
        var pace = Pace(perSecond: 4, burst: 1)
        #expect(pace.next <= .seconds(7))
        let times: [Duration] = [.seconds(7), .milliseconds(7249), .milliseconds(7250)]
        #expect(times.map { pace.take(now: $0) } == [true, false, true])
        #expect(pace.next == .milliseconds(7500))
    }
}
