internal import AsyncHTTPClient
package import DeskbridgeCore
internal import NIOCore

/// The messages of the daemon's event stream, as they come. It ends when the daemon closes it; read it once.
package struct ControlStream: AsyncSequence, Sendable {
    package typealias Element = StreamMessage

    private let body: HTTPClientResponse.Body

    init(_ body: HTTPClientResponse.Body) { self.body = body }

    package func makeAsyncIterator() -> Iterator { Iterator(body.makeAsyncIterator()) }

    package struct Iterator: AsyncIteratorProtocol {
        private var chunks: HTTPClientResponse.Body.AsyncIterator
        private var parser = ServerSentEventParser()
        private var ready: ArraySlice<ServerSentEvent> = []

        fileprivate init(_ chunks: HTTPClientResponse.Body.AsyncIterator) { self.chunks = chunks }

        /// - Throws: ``ControlError`` or `CancellationError`. A connection that breaks ends the stream like one that is closed.
        package mutating func next() async throws -> StreamMessage? {
            while ready.isEmpty {
                guard let chunk = try await nextChunk() else { return nil }
                do { ready = try parser.push(chunk.readableBytesView)[...] } catch {
                    throw ControlError.unexpectedAnswer("an event of the stream is larger than 16 MiB")
                }
            }
            return try StreamMessage(ready.removeFirst())
        }

        private mutating func nextChunk() async throws -> ByteBuffer? {
            do { return try await chunks.next() } catch {
                try Task.checkCancellation()
                if case let error as HTTPClientError = error, error == .cancelled { throw CancellationError() }
                return nil
            }
        }
    }
}

/// One message of the stream.
package struct StreamMessage: Sendable, Equatable {
    package enum Kind: Sendable, Equatable {
        /// The stream is in force: whatever happens after this message is in it. It comes first, and once.
        case authenticated
        /// A stored confirmation with its number.
        case confirmation(seq: Int64?)
        case state
        case output
        case status
        /// Something a later version of the daemon sends.
        case other(String)
    }

    package let kind: Kind
    package let json: JSONValue

    package init(_ event: ServerSentEvent) throws(ControlError) {
        kind =
            switch event.name {
            case "confirmation": .confirmation(seq: Int64(event.id))
            case "authenticated": .authenticated
            case "state": .state
            case "output": .output
            case "status": .status
            default: .other(event.name)
            }
        do { json = try JSONParser.parse(event.data) } catch {
            throw .unexpectedAnswer("a message of the stream is no JSON: \(error)")
        }
    }

    /// The event the message is about.
    package var eventID: String? { json["id"]?.stringValue }
}
