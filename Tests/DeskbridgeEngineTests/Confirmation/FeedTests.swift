import DeskbridgeCore
import DeskbridgeTestSupport
import Testing

@testable import DeskbridgeEngine

@Suite struct FeedTests {
    private func forgotten(_ count: Int) -> FeedItem { .forgotten([.failed: count]) }

    @Test func everyListenerHearsEverythingInOrderUntilItEnds() {
        let feed = Feed()
        let first = Mailbox<Int>()
        let second = Mailbox<Int>()
        func hear(_ box: Mailbox<Int>) -> Feed.Listener {
            { item in
                if case .forgotten(let states) = item { box.put(states[.failed] ?? 0) }
            }
        }
        let endFirst = feed.listen(hear(first))
        let endSecond = feed.listen(hear(second))
        feed.publish(forgotten(1))
        feed.publish(forgotten(2))
        endFirst()
        endFirst()
        feed.publish(forgotten(3))
        endSecond()
        feed.publish(forgotten(4))
        #expect(first.all == [1, 2])
        #expect(second.all == [1, 2, 3])
    }

    @Test func aListenerMayEndItselfAndBeginOthers() {
        let feed = Feed()
        let heard = Mailbox<String>()
        let ends = Mailbox<@Sendable () -> Void>()
        ends.put(
            feed.listen { _ in
                heard.put("once")
                _ = feed.listen { _ in heard.put("nested") }
                for end in ends.all { end() }
            })
        feed.publish(forgotten(1))
        feed.publish(forgotten(2))
        #expect(heard.all == ["once", "nested"])
    }
}
