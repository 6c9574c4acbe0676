import DeskbridgeCore
import Testing

@Suite struct DeliveryStateTests {
    private static let allowed: [DeliveryState: Set<DeliveryState>] = [
        .queued: [.running, .waiting, .cancelled, .expired, .failed],
        .running: [.retrying, .waiting, .succeeded, .failed, .cancelled, .unknown],
        .retrying: [.running, .waiting, .cancelled, .failed],
        .waiting: [.queued, .retrying, .cancelled, .expired, .failed],
        .succeeded: [], .failed: [.queued, .waiting], .cancelled: [.queued, .waiting], .expired: [.queued, .waiting],
        .unknown: [.queued, .waiting, .succeeded, .failed],
    ]

    @Test(arguments: DeliveryState.allCases, DeliveryState.allCases)
    func aStateBecomesOnlyWhatTheTableSays(before: DeliveryState, after: DeliveryState) {
        #expect(before.canBecome(after) == Self.allowed[before]?.contains(after))
    }

    @Test func onlyEndedEventsAreFinal() {
        #expect(Set(DeliveryState.allCases.filter { !$0.isFinal }) == [.queued, .running, .retrying, .waiting])
    }
}
