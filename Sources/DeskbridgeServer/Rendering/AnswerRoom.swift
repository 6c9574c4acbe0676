import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore

/// How large an answer may be where it waits in memory until its reader takes it: on WebSockets and on the bus.
///
/// An answer that is longer than what may be unsent would cut off a peer that reads as fast as it can.
struct AnswerRoom: Sendable {
    /// Members of an event that may be large, those first that can be done without most easily.
    private static let large = ["steps", "attempts", "plan", "result", "payload", "confirmation"]

    /// Bytes of a whole page.
    let page: Int
    /// Bytes of one event.
    let event: Int

    /// - Parameter unsent: bytes that may wait for one peer.
    init(unsent: Int) {
        page = unsent / 4
        event = unsent / 2
    }

    /// As many of the page's events as there is room for, and where the next page begins; at least one, if there is one.
    func list(_ page: EventPage) -> (events: [JSONObject], next: Int64?) {
        var events: [JSONObject] = []
        var room = self.page
        for record in page.events {
            let members = fitted(EventJSON.summary(record))
            room -= JSONValue.object(members).text.utf8.count
            if room < 0, !events.isEmpty { return (events, page.events[events.count - 1].sequence) }
            events.append(members)
        }
        return (events, page.next)
    }

    /// One event. What there is no room for is left out, and named in `omitted`; HTTP gives all of it.
    func fitted(_ members: JSONObject) -> JSONObject {
        var members = members
        var size = JSONValue.object(members).text.utf8.count
        var omitted: [JSONValue] = []
        for name in Self.large where size > event {
            guard let value = members.removeValue(forKey: name) else { continue }
            size -= value.text.utf8.count
            omitted.append(.string(name))
        }
        if !omitted.isEmpty { members["omitted"] = .array(omitted) }
        return members
    }

    func fitted(_ detail: JSONValue) -> JSONValue { detail.objectValue.map { .object(fitted($0)) } ?? detail }
}
