import DeskbridgeCore

/// Where a live connection begins and what it hears from then on, as the query of its address says: `?since=41&channels=events,status`.
///
/// What is said here holds from the first message on. A `subscribe` that follows would come after confirmations of the client's own that may
/// have higher numbers than those of others before them.
struct LiveOpening: Sendable {
    let start: LiveSession.Start
    let channels: [Channels.Name]

    /// - Parameter lastEventID: what a browser says that opens a stream of server-sent events anew; goes before `since`.
    init(_ query: QueryItems, lastEventID: String? = nil) throws(Problem) {
        start = try Self.start(lastEventID: lastEventID, since: query["since"])
        channels = try Channels.names(query.all("channels"), pointer: "/channels")
    }

    private static func start(lastEventID: String?, since: String?) throws(Problem) -> LiveSession.Start {
        if since == "now", lastEventID == nil { return .now }
        guard let text = lastEventID ?? since, !text.isEmpty else { return .unacknowledged }
        guard let seq = Int64(text), seq >= 0 else {
            throw Problem(.malformedRequest, "\"\(text.prefix(40))\" is no place to resume at: that is the seq of a confirmation.")
        }
        return .after(seq)
    }
}
