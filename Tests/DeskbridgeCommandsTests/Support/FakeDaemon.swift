import DeskbridgeCore
import Glibc
import Hummingbird
import Logging
import Synchronization

/// A real HTTP server on a control socket that gives the answers a test wrote, and keeps what it was asked.
final class FakeDaemon: Sendable {
    struct Call: Sendable, Equatable {
        let request: String
        let body: JSONValue?
        let host: String?
    }

    enum Reply: Sendable {
        case json(Int, JSONValue)
        case text(Int, String)
        /// An event stream: its pieces are sent as they come, and it ends when they do.
        case stream(AsyncStream<String>)
        /// The connection ends without an answer.
        case hangUp
    }

    let folder: String
    private let recorded = Mutex<[Call]>([])

    private init(folder: String) { self.folder = folder }

    var socket: String { BridgeHome(below: folder).run + "/control.sock" }
    var calls: [Call] { recorded.withLock { $0 } }

    /// A daemon that gives these answers once it runs.
    struct Answers: Sendable {
        fileprivate let answer: @Sendable (Call) async -> Reply

        /// Runs `body` while the daemon answers, in a home of its own.
        func running(_ body: @escaping @Sendable (FakeDaemon) async throws -> Void) async throws {
            try await FakeDaemon.run(answer, body)
        }
    }

    /// - Parameter answer: takes a call such as `GET /v1/status?x=1`.
    static func answering(_ answer: @escaping @Sendable (Call) async -> Reply) -> Answers { Answers(answer: answer) }

    private static func run(
        _ answer: @escaping @Sendable (Call) async -> Reply, _ body: @escaping @Sendable (FakeDaemon) async throws -> Void
    ) async throws {
        try await TemporaryHome.with { temporary in
            let daemon = FakeDaemon(folder: temporary.folder)
            mkdir(temporary.home.run, 0o700)
            let (started, starting) = AsyncStream.makeStream(of: Void.self)
            let responder = CallbackResponder<BasicRequestContext> { request, _ in
                try await daemon.respond(to: request, with: answer)
            }
            var logger = Logger(label: "fake-daemon")
            logger.logLevel = .critical
            let application = Application(
                responder: responder, configuration: .init(address: .unixDomainSocket(path: daemon.socket)),
                onServerRunning: { _ in starting.finish() }, logger: logger)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    defer { starting.finish() }
                    try await application.run()
                }
                for await _ in started {}
                try await body(daemon)
                group.cancelAll()
                do { try await group.waitForAll() } catch is CancellationError {}
            }
        }
    }

    private func respond(to request: Request, with answer: @Sendable (Call) async -> Reply) async throws -> Response {
        let buffer = try await request.body.collect(upTo: 1 << 20)
        let body = buffer.readableBytes == 0 ? nil : try JSONParser.parse(Array(buffer.readableBytesView))
        let call = Call(request: "\(request.method) \(request.uri)", body: body, host: request.head.authority)
        recorded.withLock { $0.append(call) }
        switch await answer(call) {
        case .json(let status, let json):
            return Response(
                status: .init(code: status), headers: [.contentType: "application/json"],
                body: .init(byteBuffer: ByteBuffer(bytes: json.bytes)))
        case .text(let status, let text):
            return Response(status: .init(code: status), body: .init(byteBuffer: ByteBuffer(string: text)))
        case .stream(let pieces):
            return Response(
                status: .ok, headers: [.contentType: "text/event-stream"],
                body: ResponseBody { writer in
                    for await piece in pieces { try await writer.write(ByteBuffer(string: piece)) }
                    try await writer.finish(nil)
                })
        case .hangUp:
            return Response(status: .ok, body: ResponseBody(contentLength: 100) { _ in throw CancellationError() })
        }
    }
}

extension FakeDaemon.Reply {
    static func problem(_ status: Int, _ code: ProblemCode, _ detail: String, errors: [JSONValue] = []) -> Self {
        var body: JSONObject = [
            "type": "about:blank", "title": .string(code.title), "status": .integer(Int64(status)), "code": .string(code.rawValue),
            "detail": .string(detail), "instance": "r-1",
        ]
        if !errors.isEmpty { body["errors"] = .array(errors) }
        return .json(status, .object(body))
    }
}
