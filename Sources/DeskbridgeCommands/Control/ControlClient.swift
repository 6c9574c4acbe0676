internal import AsyncHTTPClient
internal import DeskbridgeCore
internal import NIOCore
internal import NIOHTTP1
internal import NIOPosix

/// Asks the running daemon over its control socket: HTTP without a token, under the client name `local`.
///
/// Every request throws ``ControlError``, or `CancellationError` when the task is cancelled.
package struct ControlClient: Sendable {
    private static let largestAnswer = 64 * 1024 * 1024

    private let socket: String
    private let http: HTTPClient

    /// Runs `body` with a client whose connections are closed afterwards. Nothing is sent until the first request.
    package static func connected<Answer: Sendable>(
        to socket: String, _ body: (ControlClient) async throws -> Answer
    ) async throws -> Answer {
        var configuration = HTTPClient.Configuration(redirectConfiguration: .disallow, timeout: .init(connect: .seconds(5)))
        // The daemon is there or it is not: trying again would only make the user wait for the same answer.
        configuration.connectionPool.retryConnectionEstablishment = false
        return try await HTTPClient.withHTTPClient(
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, configuration: configuration
        ) { http in
            try await body(ControlClient(socket: socket, http: http))
        }
    }

    /// Sends one request and reads its whole answer.
    ///
    /// - Parameters:
    ///   - target: path and query, already encoded.
    ///   - timeout: for the whole exchange.
    func request(
        _ method: HTTPMethod, _ target: String, body: JSONValue? = nil, headers: [(String, String)] = [],
        timeout: Duration = .seconds(30)
    ) async throws -> JSONValue {
        var request = head(method, target)
        request.headers.add(contentsOf: HTTPHeaders(headers))
        if let body {
            request.headers.add(name: "Content-Type", value: "application/json")
            request.body = .bytes(ByteBuffer(bytes: body.bytes))
        }
        return try await translatingErrors {
            let response = try await http.execute(request, timeout: .milliseconds(timeout.wholeMilliseconds))
            return try await answer(response)
        }
    }

    /// Opens the event stream.
    func openStream(_ target: String) async throws -> ControlStream {
        var request = head(.GET, target)
        request.headers.replaceOrAdd(name: "Accept", value: "text/event-stream")
        return try await translatingErrors {
            let response = try await http.execute(request, deadline: .distantFuture)
            guard response.status == .ok else {
                _ = try await answer(response)
                throw ControlError.unexpectedAnswer("HTTP status \(response.status.code) for the event stream")
            }
            return ControlStream(response.body)
        }
    }

    private func head(_ method: HTTPMethod, _ target: String) -> HTTPClientRequest {
        var request = HTTPClientRequest(url: "http+unix://\(socket.percentEncoded)\(target)")
        request.method = method
        request.headers.add(name: "Host", value: "localhost")
        request.headers.add(name: "Accept", value: "application/json")
        return request
    }

    private func answer(_ response: HTTPClientResponse) async throws -> JSONValue {
        let body = try await response.body.collect(upTo: Self.largestAnswer)
        let json = body.readableBytes == 0 ? nil : try? JSONParser.parse(Array(body.readableBytesView))
        let status = Int(response.status.code)
        guard (200..<300).contains(status) else { throw ControlError.problem(ProblemDocument(json, status: status)) }
        if let json { return json }
        guard body.readableBytes == 0 else { throw ControlError.unexpectedAnswer("it is no JSON") }
        return .object([:])
    }

    private func translatingErrors<Answer>(_ exchange: () async throws -> Answer) async throws -> Answer {
        do { return try await exchange() } catch { throw Self.translated(error, socket: socket) }
    }

    static func translated(_ error: any Error, socket: String) -> any Error {
        switch error {
        case is ControlError, is CancellationError: error
        case let error as IOError:
            switch error.errnoCode {
            case ENOENT, ECONNREFUSED, ENOTDIR, ENOTSOCK: ControlError.notRunning(socket: socket)
            case EACCES, EPERM: ControlError.forbidden(socket: socket)
            default: ControlError.connectionLost(reason: String(cString: strerror(error.errnoCode)))
            }
        case SocketAddressError.unixDomainSocketPathTooLong: ControlError.pathTooLong(socket: socket)
        case let error as HTTPClientError:
            switch error {
            case .cancelled: CancellationError()
            case .connectTimeout: ControlError.notRunning(socket: socket)
            case .deadlineExceeded, .readTimeout: ControlError.timedOut
            default: ControlError.connectionLost(reason: error.shortDescription)
            }
        default: ControlError.connectionLost(reason: "\(error)")
        }
    }
}

extension StringProtocol {
    /// Everything but the unreserved characters as `%XX` (RFC 3986, 2.3).
    var percentEncoded: String {
        var text = ""
        for byte in utf8 {
            switch byte {
            case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"), UInt8(ascii: "~"):
                text.unicodeScalars.append(Unicode.Scalar(byte))
            default: text += (byte < 0x10 ? "%0" : "%") + String(byte, radix: 16, uppercase: true)
            }
        }
        return text
    }
}

/// The query of a request target: the parameters that have a value, encoded, with their question mark.
func queryText(_ parameters: [(String, String?)]) -> String {
    let pairs = parameters.compactMap { name, value in value.map { "\(name)=\($0.percentEncoded)" } }
    return pairs.isEmpty ? "" : "?" + pairs.joined(separator: "&")
}
