import NIOCore
import Testing

@testable import WebSocketTransport

struct OutboxTests {
    private static let overflow = CloseFrame(WebSocketCloseCode(4413), reason: "slow consumer")

    @Test func gathersSmallFramesIntoOneWriteInOrder() {
        var outbox = Outbox(limit: 10_000, overflowFrame: Self.overflow)
        #expect(outbox.add(text: "0") == .queued(wake: true))
        for number in 1..<100 { #expect(outbox.add(text: "\(number)") == .queued(wake: false)) }
        var bytes = Array(outbox.take()?.readableBytesView ?? .init())[...]
        for number in 0..<100 { #expect(RawFrame.take(from: &bytes) == RawFrame(RawFrame.text, "\(number)")) }
        #expect(bytes.isEmpty)
        #expect(outbox.take() == nil)
        #expect(outbox.add(text: "again") == .queued(wake: true))
    }

    @Test func countsUntilTheOperatingSystemHasTakenIt() {
        var outbox = Outbox(limit: 100, overflowFrame: Self.overflow)
        _ = outbox.add(text: "12345678")
        #expect(outbox.unsentBytes == 10)
        _ = outbox.take()
        #expect(outbox.isEmpty)
        #expect(outbox.unsentBytes == 10)
        outbox.confirm(10)
        #expect(outbox.unsentBytes == 0)
    }

    @Test func aMessageTooMuchLeavesOnlyTheCloseFrame() {
        var outbox = Outbox(limit: 100, overflowFrame: Self.overflow)
        #expect(outbox.add(text: String(repeating: "x", count: 98)) == .queued(wake: true))
        #expect(outbox.add(text: "y") == .overflowed)
        #expect(outbox.add(text: "z") == .refused)
        var bytes = Array(outbox.take()?.readableBytesView ?? .init())[...]
        #expect(RawFrame.take(from: &bytes) == .close(4413, "slow consumer"))
        #expect(bytes.isEmpty)
        #expect(outbox.take() == nil)
    }

    @Test func aMessageLongerThanTheLimitIsTakenWhileLittleWaits() {
        var outbox = Outbox(limit: 100, overflowFrame: Self.overflow)
        _ = outbox.add(text: String(repeating: "x", count: 23))
        #expect(outbox.unsentBytes == 25)
        #expect(outbox.add(text: String(repeating: "y", count: 1000)) == .queued(wake: false))
        #expect(outbox.add(text: "z") == .overflowed)
        outbox = Outbox(limit: 100, overflowFrame: Self.overflow)
        _ = outbox.add(text: String(repeating: "x", count: 24))
        #expect(outbox.add(text: String(repeating: "y", count: 1000)) == .overflowed)
    }

    @Test func aFrameThatHasBegunIsNeverCutOff() {
        var outbox = Outbox(limit: 200_000, overflowFrame: Self.overflow)
        let payload = [UInt8](repeating: 7, count: 100_000)
        _ = outbox.add(.binary, ByteBuffer(bytes: payload))
        _ = outbox.add(text: "dropped")
        var bytes = Array(outbox.take()?.readableBytesView ?? .init())[...]
        #expect(outbox.add(.binary, ByteBuffer(bytes: payload)) == .overflowed)
        while let next = outbox.take() { bytes += next.readableBytesView }
        #expect(RawFrame.take(from: &bytes) == RawFrame(RawFrame.binary, payload))
        #expect(RawFrame.take(from: &bytes) == .close(4413, "slow consumer"))
        #expect(bytes.isEmpty)
    }

    @Test func theCloseFrameIsTheLast() {
        var outbox = Outbox(limit: 100, overflowFrame: Self.overflow)
        _ = outbox.add(text: "before")
        let first = outbox.finish(CloseFrame(.normal, reason: ""))
        let second = outbox.finish(CloseFrame(.goingAway, reason: ""))
        #expect(first && !second)
        #expect(outbox.add(text: "after") == .refused)
        var bytes = Array(outbox.take()?.readableBytesView ?? .init())[...]
        #expect(RawFrame.take(from: &bytes) == RawFrame(RawFrame.text, "before"))
        #expect(RawFrame.take(from: &bytes) == .close(1000))
        #expect(bytes.isEmpty)
    }
}
