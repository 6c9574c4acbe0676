import DeskbridgeCore
import DeskbridgeEngine
import DeskbridgeStore
import DeskbridgeTestSupport

@testable import DeskbridgeServer

/// Keeps what a live connection is sent.
final class KeptMessages: LiveSink {
    let messages = Mailbox<LiveMessage>()

    func send(_ message: LiveMessage) { messages.put(message) }
    func drained() async {}

    /// The types of all that came.
    var types: [String] { messages.all.compactMap { $0.body["type"]?.stringValue } }
    /// The numbers of the confirmations that came, in their order.
    var seqs: [Int64] { messages.all.compactMap(\.seq) }

    /// The next message of this type that nobody took yet.
    func next(_ type: String) async throws -> JSONValue {
        guard let message = await messages.first(where: { $0.body["type"]?.stringValue == type }) else {
            throw NeverCame(type, instead: messages.all.map(\.body.text))
        }
        return message.body
    }

    func next(seq: Int64) async throws -> JSONValue {
        guard let message = await messages.first(where: { $0.seq == seq }) else {
            throw NeverCame("confirmation \(seq)", instead: messages.all.map(\.body.text))
        }
        return message.body
    }
}

func client(_ name: String, token: String = "t") throws -> Authenticated {
    guard let name = ClientName(name) else { throw NeverCame("a client's name", instead: [name]) }
    return Authenticated(identity: Identity(client: name, token: token), rate: nil, isSingleSession: false)
}
