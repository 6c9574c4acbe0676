package import ArgumentParser
internal import DeskbridgeCore

package struct Send: BridgeCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Send an event to the daemon and wait for its confirmation.",
        discussion: """
            The event is stored before this says that it is accepted. While it runs, what its processes write is shown on standard error; \
            the confirmation is the result, on standard output.

            Sending the same --key again never runs an event twice: it gets the confirmation of the first.

            Ends with 0 when the event succeeded, 1 when it failed, 65 when it is not valid, 77 when a policy denies it, and 75 when \
            it had not ended after --wait seconds: it goes on by itself.

            EXAMPLES:
              deskbridge send CREATE_RESOURCE --set name=Project_001 --set shots=3
              deskbridge send CREATE_RESOURCE --payload '{"name":"A1"}' --key k-1
              jq .project plan.json | deskbridge send CREATE_RESOURCE --payload -
            """)

    @Argument(help: "The type of the event, such as CREATE_RESOURCE.")
    package var type: String

    @OptionGroup package var payload: PayloadOptions

    @Option(help: "The idempotency key. (default: a new one each time)")
    package var key: String?

    @OptionGroup package var waiting: WaitOptions
    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package var eventType: String? { type }

    package init() {}

    package func validate() throws {
        guard EventType(type) != nil else {
            throw ValidationError(
                "\"\(type)\" is no event type: it has capital letters, digits and _, a letter first, such as CREATE_RESOURCE.")
        }
        guard key.map({ IdempotencyKey($0) != nil }) ?? true else {
            throw ValidationError("--key must have 1 to 255 bytes and no control character.")
        }
    }

    package func run(on terminal: Terminal) async throws {
        let payload = try self.payload.object()
        let key = self.key ?? "cli-\(EventID(at: terminal.clock.now()))"
        try await home.withClient { client in
            let follower = EventFollower(client: client, terminal: terminal, format: format.format, home: home)
            try await follower.follow(for: waiting.duration) {
                try await client.send(type: type, payload: payload, key: key)
            }
        }
    }
}
