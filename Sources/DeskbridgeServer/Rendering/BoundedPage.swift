import DeskbridgeCore
import DeskbridgeStore

/// A page of events for a reader whose answers wait in memory until it takes them: on WebSockets and on the bus.
///
/// It ends early rather than being longer than a quarter of what may be unsent.
struct BoundedPage {
    /// At least one, if the page holds any.
    let events: [JSONObject]
    /// Where the next page begins; nil at the end.
    let next: Int64?

    /// - Parameter unsent: bytes that may wait for one peer.
    init(_ page: EventPage, unsent: Int) {
        var events: [JSONObject] = []
        var room = unsent / 4
        for record in page.events {
            let members = EventJSON.summary(record)
            room -= JSONValue.object(members).text.utf8.count
            guard room >= 0 || events.isEmpty else { break }
            events.append(members)
        }
        self.events = events
        next = events.count < page.events.count ? page.events[events.count - 1].sequence : page.next
    }
}
