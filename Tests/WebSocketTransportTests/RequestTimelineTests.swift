import NIOCore
import Testing

@testable import WebSocketTransport

struct RequestTimelineTests {
    private static let start = NIODeadline.uptimeNanoseconds(1_000_000_000_000)
    private static func at(_ seconds: Int64) -> NIODeadline { start + .seconds(seconds) }

    /// Header 10 s, body 30 s, idle 60 s, response 30 s, lingering 5 s.
    private func fresh() -> RequestTimeline { RequestTimeline(limits: WebSocketConfiguration(), now: Self.start) }

    @Test func aSilentConnectionIsClosedAfterTheHeaderTime() {
        let timeline = fresh()
        #expect(timeline.deadline == Self.at(10))
        #expect(timeline.overdue(now: Self.at(9)) == .nothing)
        #expect(timeline.overdue(now: Self.at(10)) == .close)
    }

    @Test func bytesDoNotProlongTheHeaderTime() {
        var timeline = fresh()
        for second in 1..<10 { timeline.receivedBytes(now: Self.at(Int64(second))) }
        #expect(timeline.overdue(now: Self.at(10)) == .refuse)
    }

    @Test func theBodyHasItsOwnTimeInAll() {
        var timeline = fresh()
        timeline.receivedHead(now: Self.at(2))
        #expect(timeline.isReadingBody)
        timeline.receivedBytes(now: Self.at(31))
        #expect(timeline.deadline == Self.at(32))
        #expect(timeline.overdue(now: Self.at(32)) == .close)
    }

    @Test func anAnswerOfOursIsNotTimed() {
        var timeline = answering()
        #expect(timeline.deadline == nil)
        timeline.answered(now: Self.at(100))
        #expect(timeline.deadline == Self.at(160))
    }

    @Test func theNextRequestIsTimedFromItsFirstByte() {
        var timeline = answering()
        timeline.answered(now: Self.at(5))
        timeline.receivedBytes(now: Self.at(50))
        #expect(timeline.deadline == Self.at(60))
        timeline.receivedBytes(now: Self.at(55))
        #expect(timeline.overdue(now: Self.at(60)) == .refuse)
    }

    @Test func aRequestBegunDuringTheAnswerIsTimedAfterIt() {
        var timeline = answering()
        timeline.receivedBytes(now: Self.at(2))
        #expect(timeline.deadline == nil)
        timeline.answered(now: Self.at(20))
        #expect(timeline.deadline == Self.at(30))
    }

    @Test func anEarlyAnswerLeavesTheBodyTimed() {
        var timeline = fresh()
        timeline.receivedHead(now: Self.start)
        timeline.answered(now: Self.at(1))
        #expect(timeline.deadline == Self.at(30))
        timeline.receivedEnd(now: Self.at(3))
        #expect(timeline.deadline == Self.at(63))
    }

    @Test func anAnswerNobodyReadsIsTimed() {
        var timeline = answering()
        timeline.writable(false, now: Self.at(10))
        timeline.writable(false, now: Self.at(20))
        #expect(timeline.overdue(now: Self.at(40)) == .close)
        timeline.writable(true, now: Self.at(39))
        #expect(timeline.deadline == nil)
    }

    @Test func lingeringIsBounded() {
        var timeline = answering()
        timeline.startedLingering(now: Self.at(1))
        timeline.receivedBytes(now: Self.at(3))
        #expect(timeline.overdue(now: Self.at(6)) == .close)
    }

    private func answering() -> RequestTimeline {
        var timeline = fresh()
        timeline.receivedHead(now: Self.start)
        timeline.receivedEnd(now: Self.start)
        return timeline
    }
}
