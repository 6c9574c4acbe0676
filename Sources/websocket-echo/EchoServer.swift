import Glibc
import HTTPTypes
import HummingbirdCore
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import WebSocketTransport

/// Serves the two loopback addresses on one port and says on standard output when it does.
struct EchoServer: Service {
    let port: Int
    let logger: Logger

    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (ports, bound) = AsyncStream<Int>.makeStream()
            group.addTask {
                defer { bound.finish() }
                try await server(at: "127.0.0.1", port: port) { bound.yield($0) }.run()
            }
            for await port in ports {
                group.addTask {
                    do {
                        try await server(at: "::1", port: port) { Output.line("listening on \($0)") }.run()
                    } catch let error as IOError where error.errnoCode == EADDRNOTAVAIL || error.errnoCode == EAFNOSUPPORT {
                        Output.error("websocket-echo: this machine has no ::1, so only 127.0.0.1 is served")
                        Output.line("listening on \(port)")
                    }
                }
            }
            try await group.waitForAll()
        }
    }

    private func server(at address: String, port: Int, whenListening: @escaping @Sendable (Int) -> Void) -> any Service {
        let channel = WebSocketUpgradeChannel(responder: Self.respond, configuration: Self.configuration) { request, _ in
            .upgrade(headers: Self.headers(for: request), handler: Self.echo)
        }
        return channel.server(
            configuration: .init(address: .hostname(address, port: port)),
            onServerRunning: { whenListening($0.localAddress?.port ?? port) }, eventLoopGroup: MultiThreadedEventLoopGroup.singleton,
            logger: logger)
    }

    private static let configuration: WebSocketConfiguration = {
        var configuration = WebSocketConfiguration()
        configuration.maximumFrameSize = 16 * 1024 * 1024
        configuration.maximumMessageSize = 16 * 1024 * 1024
        configuration.maximumUnsentBytes = 32 * 1024 * 1024
        return configuration
    }()

    /// Takes the first subprotocol offered.
    private static func headers(for request: HTTPRequest) -> HTTPFields {
        let offered = request.headerFields[.secWebSocketProtocol]?.split(separator: ",").first
        guard let offered else { return [:] }
        return [.secWebSocketProtocol: String(offered.filter { $0 != " " && $0 != "\t" })]
    }

    @Sendable private static func echo(_ connection: WebSocketConnection) async {
        for await message in connection.messages {
            switch message {
            case .text(let text): connection.send(text: text)
            case .binary(let bytes): connection.send(binary: bytes)
            }
            await connection.drained(below: 1024 * 1024)
        }
    }

    @Sendable private static func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        let body = ResponseBody(byteBuffer: ByteBuffer(string: "This is a WebSocket echo server.\n"))
        var response = HTTPResponse(status: .ok, headerFields: [.contentType: "text/plain; charset=utf-8"])
        response.headerFields[.contentLength] = body.contentLength.map(String.init)
        try await writer.write(response: response, body: request.method == .head ? ResponseBody() : body)
    }
}
