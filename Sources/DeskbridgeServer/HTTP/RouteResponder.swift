import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTP1
import Synchronization

/// Answers the requests of every connection by the routes.
final class RouteResponder: Sendable {
    private let routes: RouterResponder<BridgeRequestContext>
    private let logger: Logger
    private let date = Mutex<(second: Int, text: String)>((0, ""))

    init(_ router: Router<BridgeRequestContext>, logger: Logger) {
        routes = router.buildResponder()
        self.logger = logger
    }

    @Sendable func respond(_ request: Request, _ writer: consuming ResponseWriter, _ channel: any Channel) async throws {
        var logger = logger
        logger[metadataKey: "hb.request.id"] = .stringConvertible(RequestID())
        var response: Response
        do {
            response = try await routes.respond(
                to: request, context: BridgeRequestContext(source: ApplicationRequestContextSource(channel: channel, logger: logger)))
        } catch let error as HTTPParserError {
            throw error
        } catch {
            logger.error("request failed", metadata: ["event": "http.failed", "error": "\(error)"])
            response = Response(status: .internalServerError)
        }
        response.headers[.date] = currentDate()
        do {
            try await writer.write(response: response.head, body: response.body)
        } catch is HTTPParserError {
            // Passed on, it would be answered a second time.
            throw AnswerBroken()
        }
    }

    private struct AnswerBroken: Error {}

    /// As RFC 9110 section 5.6.7 has it; made once a second at most.
    private func currentDate() -> String {
        var second = time(nil)
        return date.withLock { date in
            guard date.second != second else { return date.text }
            var fields = tm()
            var text = [CChar](repeating: 0, count: 40)
            // Days and months have English names, as the program never sets a locale.
            gmtime_r(&second, &fields)
            let count = strftime(&text, text.count, "%a, %d %b %Y %H:%M:%S GMT", &fields)
            date = (second, String(decoding: text.prefix(count).map(UInt8.init(bitPattern:)), as: UTF8.self))
            return date.text
        }
    }
}
