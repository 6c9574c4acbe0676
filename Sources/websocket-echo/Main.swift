import Glibc
import Logging
import ServiceLifecycle

/// `websocket-echo PORT`: sends every WebSocket message back, for conformance runs against the transport.
@main
enum Main {
    static func main() async {
        guard CommandLine.arguments.count == 2, let port = UInt16(CommandLine.arguments[1]) else {
            Output.error("usage: websocket-echo PORT (0 picks a free one)")
            exit(EX_USAGE)
        }
        var logger = Logger(label: "websocket-echo", factory: { StreamLogHandler.standardError(label: $0) })
        logger.logLevel = .error
        let services = ServiceGroup(
            services: [EchoServer(port: Int(port), logger: logger)], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        do {
            try await services.run()
        } catch {
            Output.error("websocket-echo: cannot serve port \(port): \(error)")
            exit(EX_UNAVAILABLE)
        }
    }
}
