import DeskbridgeCore
import DeskbridgeEngine
import Hummingbird

/// `GET /v1/stream`: server-sent events (WHATWG HTML section 9.2). `Last-Event-ID` resumes after that confirmation.
struct StreamRoute {
    private static let heartbeat = Duration.seconds(15)

    let bridge: Bridge
    let status: StatusBoard
    let sessions: SessionRegistry

    func add(to router: RouterGroup<BridgeRequestContext>) { router.get("stream", use: stream) }

    @Sendable private func stream(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        let query = QueryItems(request.uri.string)
        let start = try Self.start(lastEventID: request.headers[.lastEventID], since: query["since"])
        let channels = try Channels.names(query.all("channels"), pointer: "/channels")
        let sink = EventStreamSink(unsentLimit: bridge.configuration.limits.unsent)
        let session = LiveSession(client: client, bridge: bridge, status: status, sink: sink)
        let (sessions, logger) = (sessions, context.logger)
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no"],
            body: ResponseBody { writer in
                sessions.add(session.id, client) { _ in sink.finish() }
                defer { sessions.remove(session.id) }
                // Nothing is written to a client that has gone for as long as nothing happens, so its leaving is listened for.
                try await request.body.consumeWithInboundCloseHandler { _ in
                    await withThrowingTaskGroup(of: Void.self) { group in
                        group.addTask {
                            // Without the ledger there is nothing to tell: the client comes again.
                            defer { sink.finish() }
                            try await session.run(from: start, channels: channels)
                        }
                        group.addTask {
                            while (try? await Task.sleep(for: Self.heartbeat)) != nil { sink.beat() }
                        }
                        do {
                            try await sink.write { bytes in try await writer.write(ByteBuffer(bytes: bytes)) }
                            try await writer.finish(nil)
                        } catch {
                            logger.debug("stream ended", metadata: ["event": "stream.ended", "error": "\(error)"])
                        }
                        session.end()
                        group.cancelAll()
                    }
                } onInboundClosed: {
                    sink.finish()
                }
            })
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
