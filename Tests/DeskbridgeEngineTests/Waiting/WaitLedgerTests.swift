import DeskbridgeCore
import Testing

@testable import DeskbridgeEngine

@Suite struct WaitLedgerTests {
    private static let name = WaitReason.busName(bus: "session", name: "org.example.App")

    private func waiting() throws -> EventRecord {
        var record = try Sample.record(.waiting)
        record.waitsFor = Self.name
        return record
    }

    private func moved(_ record: EventRecord, from before: DeliveryState, to after: DeliveryState) -> FeedItem {
        var record = record
        record.state = after
        if after != .waiting { record.waitsFor = nil }
        return .changed(StateChange(before: before, event: record), at: Timestamp(milliseconds: 0))
    }

    @Test func whatEndedWhileTheLedgerWasReadIsNotTakenFromIt() throws {
        var ledger = WaitLedger()
        let record = try waiting()
        #expect(ledger.hear(moved(record, from: .waiting, to: .queued)).isEmpty)
        #expect(ledger.read([record]).isEmpty)
        ledger.finishReading()
        #expect(ledger.count == 0)
    }

    @Test func whatBeganWhileTheLedgerWasReadBeginsOnce() throws {
        var ledger = WaitLedger()
        let record = try waiting()
        #expect(ledger.hear(moved(record, from: .running, to: .waiting)) == [.began(record, Self.name)])
        #expect(ledger.read([record]).isEmpty)
        #expect(ledger.hear(moved(record, from: .waiting, to: .cancelled)) == [.ended(record.id, Self.name)])
        #expect(ledger.hear(moved(record, from: .cancelled, to: .queued)).isEmpty)
        #expect(ledger.count == 0)
    }

    @Test func aSecondWaitEndsTheFirst() throws {
        var ledger = WaitLedger()
        let record = try waiting()
        #expect(ledger.read([record]) == [.began(record, Self.name)])
        #expect(
            ledger.hear(moved(record, from: .running, to: .waiting)) == [.ended(record.id, Self.name), .began(record, Self.name)])
        #expect(ledger.count == 1)
    }

    @Test(arguments: [WaitReason.approval, name]) func aReasonKeepsItsSpelling(reason: WaitReason) {
        #expect(WaitReason(json: reason.json) == reason)
    }

    @Test(arguments: [JSONValue.null, "approval", ["for": "rain"], ["for": "bus_name", "bus": "session"]])
    func whatIsNoReasonIsNotRead(json: JSONValue) {
        #expect(WaitReason(json: json) == nil)
    }
}
