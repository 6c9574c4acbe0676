import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import WebSocketTransport

/// A real server on a free port of 127.0.0.1.
struct TestServer: Sendable {
    typealias Handler = @Sendable (WebSocketConnection) async -> Void

    /// The server while it runs.
    struct Running: Sendable {
        let port: Int
        fileprivate let services: ServiceGroup

        func shutDown() async { await services.triggerGracefulShutdown() }
    }

    private let channel: WebSocketUpgradeChannel

    /// Upgrades every handshake.
    init(_ configuration: WebSocketConfiguration = WebSocketConfiguration(), handler: @escaping Handler = echo) {
        self.init(configuration, deciding: { _, _ in .upgrade(headers: [:], handler: handler) })
    }

    init(
        _ configuration: WebSocketConfiguration = WebSocketConfiguration(), respond: @escaping HTTPChannelHandler.Responder = hello,
        deciding: @escaping WebSocketUpgradeChannel.ShouldUpgrade
    ) {
        channel = WebSocketUpgradeChannel(responder: respond, configuration: configuration, shouldUpgrade: deciding)
    }

    /// Runs the body, then shuts the server down and waits until it has ended, which it does only when every connection is closed.
    func run<Result: Sendable>(_ body: (Running) async throws -> Result) async throws -> Result {
        let (ports, bound) = AsyncStream<Int>.makeStream()
        let logger = Logger(label: "test", factory: { _ in SwiftLogNoOpLogHandler() })
        let server = channel.server(
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { bound.yield($0.localAddress?.port ?? 0) }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger)
        let services = ServiceGroup(services: [server], logger: logger)
        return try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { bound.finish() }
                try await services.run()
            }
            var result: Swift.Result<Result, any Error> = .failure(CancellationError())
            for await port in ports {
                do {
                    result = .success(try await body(Running(port: port, services: services)))
                } catch {
                    result = .failure(error)
                }
                await services.triggerGracefulShutdown()
            }
            try await group.waitForAll()
            return try result.get()
        }
    }

    @Sendable static func echo(_ connection: WebSocketConnection) async {
        for await message in connection.messages {
            switch message {
            case .text(let text): connection.send(text: text)
            case .binary(let bytes): connection.send(binary: bytes)
            }
            await connection.drained(below: 64 * 1024)
        }
    }

    /// Answers with the method, the path and the body.
    @Sendable static func hello(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let received = try await request.body.collect(upTo: 1024 * 1024)
        let body = ByteBuffer(string: "\(request.method) \(request.uri.path) \(String(buffer: received))")
        let response = HTTPResponse(status: .ok, headerFields: [.contentLength: String(body.readableBytes)])
        try await writer.write(response: response, body: ResponseBody(byteBuffer: body))
    }
}
