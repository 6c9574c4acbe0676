package import ArgumentParser
internal import DeskbridgeCore

package struct EventsReplay: BridgeCommand {
    package static let configuration = CommandConfiguration(
        commandName: "replay",
        abstract: "Send an old event again as a new one.",
        discussion: """
            The new event has the type and payload of the old one and a key of its own; every step runs again. To go on with a failed \
            event where it stopped, use "deskbridge queue retry".

            EXAMPLES:
              deskbridge events replay last
              deskbridge events replay 01936d2e-7c1a-7b5e-9d3f-0a1b2c3d4e5f --no-wait
            """)

    @Argument(help: ArgumentHelp(EventReference.help, valueName: "id"))
    package var event: EventReference

    @Option(help: "The idempotency key of the new event. (default: a new one each time)")
    package var key: String?

    @OptionGroup package var waiting: WaitOptions
    @OptionGroup package var format: FormatOptions
    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard key.map({ IdempotencyKey($0) != nil }) ?? true else {
            throw ValidationError("--key must have 1 to 255 bytes and no control character.")
        }
    }

    package func run(on terminal: Terminal) async throws {
        try await home.withClient { client in
            let id = try await event.id(from: client)
            let follower = EventFollower(client: client, terminal: terminal, format: format.format, home: home)
            try await follower.follow(for: waiting.duration) { try await client.replay(id, key: key) }
        }
    }
}
