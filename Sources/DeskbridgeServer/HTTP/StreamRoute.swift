import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import Hummingbird
import Logging
import NIOCore

/// `GET /v1/stream`: server-sent events (WHATWG HTML section 9.2). `Last-Event-ID` resumes after that confirmation.
struct StreamRoute {
    private static let heartbeat = Duration.seconds(15)
    /// How long the end of a stream may take to reach a peer.
    private static let farewell = Duration.seconds(1)

    let bridge: Bridge
    let status: StatusBoard
    let sessions: SessionRegistry
    let authenticator: Authenticator

    func add(to routes: GatedRoutes) { routes.get("stream", .first(.watch), use: stream) }

    @Sendable private func stream(_ request: Request, _ context: BridgeRequestContext) async throws -> Response {
        let client = try context.authenticated()
        let query = QueryItems(request.uri.string)
        let opening = try LiveOpening(query, lastEventID: request.headers[.lastEventID])
        let sink = EventStreamSink(unsentLimit: bridge.configuration.limits.unsent)
        let session = LiveSession(client: client, bridge: bridge, status: status, sink: sink, style: .asSent)
        let place = try await reading { () throws(StoreError) in try await session.place(of: opening.start) }
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .xAccelBuffering: "no"],
            body: ResponseBody { writer in
                sessions.add(session.id, client) { _ in sink.finish() }
                status.sessionsChanged()
                defer {
                    sessions.remove(session.id)
                    status.sessionsChanged()
                }
                if !authenticator.isInForce(client.identity) { sink.finish() }
                session.open(at: place, channels: opening.channels)
                defer { session.close() }
                // Nothing is written to a client that has gone for as long as nothing happens, so its leaving is listened for.
                try await request.body.consumeWithInboundCloseHandler { _ in
                    await withTaskGroup(of: Void.self) { group in
                        group.addTask { await run(session, sink, context.logger) }
                        group.addTask {
                            while (try? await Task.sleep(for: Self.heartbeat)) != nil { sink.beat() }
                        }
                        group.addTask { await cutOff(context.channel, after: sink) }
                        group.addTask { if await authenticator.lapse(of: client) { sink.finish() } }
                        do {
                            try await sink.write { bytes in try await writer.write(ByteBuffer(bytes: bytes)) }
                            try await writer.finish(nil)
                        } catch {
                            context.logger.debug("stream ended", metadata: ["event": "stream.ended", "error": "\(error)"])
                        }
                        group.cancelAll()
                    }
                } onInboundClosed: {
                    sink.finish()
                }
            })
    }

    private func run(_ session: LiveSession, _ sink: EventStreamSink, _ logger: Logger) async {
        do throws(StoreError) { try await session.run() } catch {
            logger.error("session lost its ledger", metadata: ["event": "session.failed", "error": "\(error)"])
            sink.finish()
        }
    }

    /// Closes the connection of a peer that doesn't take the end of its stream: it would hold up the response for ever.
    private func cutOff(_ channel: any Channel, after sink: EventStreamSink) async {
        await sink.finished()
        guard (try? await Task.sleep(for: Self.farewell)) != nil else { return }
        channel.close(mode: .all, promise: nil)
    }

    private func reading<Value>(_ body: () async throws(StoreError) -> Value) async throws(Problem) -> Value {
        do throws(StoreError) { return try await body() } catch { throw Problem(error) }
    }
}
