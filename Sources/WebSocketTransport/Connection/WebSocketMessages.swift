/// The messages of a connection, in order; ends when the connection does, or when the task is cancelled.
///
/// While the messages that wait hold more than 256 KiB, the socket is not read: a slow consumer slows the peer down.
/// It is meant for one consumer: two would each get some of the messages.
package struct WebSocketMessages: AsyncSequence, Sendable {
    let inbox: MessageInbox

    package struct AsyncIterator: AsyncIteratorProtocol {
        let inbox: MessageInbox

        package mutating func next() async -> WebSocketMessage? { await inbox.next() }
    }

    package func makeAsyncIterator() -> AsyncIterator { AsyncIterator(inbox: inbox) }
}
