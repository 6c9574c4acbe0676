package import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle

/// Serves who comes in by a door: HTTP, and what becomes a WebSocket.
package struct DoorService: Service {
    private let door: Doorkeeper
    private let channel: WebSocketUpgradeChannel
    private let budget: ConnectionBudget
    private let logger: Logger
    private let isOpen: @Sendable () -> Void

    /// - Parameters:
    ///   - budget: the one of the channel.
    ///   - isOpen: called once connections are received.
    package init(
        door: Doorkeeper, channel: WebSocketUpgradeChannel, budget: ConnectionBudget, logger: Logger, isOpen: @escaping @Sendable () -> Void
    ) {
        self.door = door
        self.channel = channel
        self.budget = budget
        self.logger = logger
        self.isOpen = isOpen
    }

    /// Returns once the door was closed and all connections have ended.
    package func run() async throws {
        try door.open()
        isOpen()
        await withTaskCancellationOrGracefulShutdownHandler {
            await withDiscardingTaskGroup { group in
                for await descriptor in door.admitted { group.addTask { await serve(descriptor) } }
            }
        } onCancelOrGracefulShutdown: { [door, budget] in
            door.close()
            budget.quiesce()
        }
    }

    private func serve(_ descriptor: Int32) async {
        let bootstrap = ClientBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .channelOption(.allowRemoteHalfClosure, value: true)
        let value = try? await bootstrap.withConnectedSocket(descriptor) { [channel, logger] connected in
            channel.setup(channel: connected, logger: logger)
        }
        // The peer may be gone by now.
        if let value { await channel.handle(value: value, logger: logger) }
    }
}
