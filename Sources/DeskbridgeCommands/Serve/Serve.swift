package import ArgumentParser
internal import DBus
internal import DeskbridgeActions
internal import DeskbridgeCore
internal import DeskbridgeDesk
internal import DeskbridgeEngine
internal import DeskbridgeServer
internal import DeskbridgeStore
internal import Foundation
internal import Logging
internal import ServiceLifecycle

package struct Serve: BridgeCommand {
    package static let configuration = CommandConfiguration(
        abstract: "Run the daemon in the foreground.",
        discussion: """
            Listens on 127.0.0.1 and ::1 and on the control socket of its home, takes events, and runs their actions. Changed files in \
            actions and policies are in force at once.

            It ends on SIGTERM or SIGINT: it takes nothing more, and gives what runs the time that dispatch.grace says. Ended in any \
            other way, it loses nothing either.

            Ends with 73 when another daemon holds the state folder, and 78 when a file of the home has a mistake.

            EXAMPLES:
              deskbridge serve
              deskbridge serve --home ~/bridge --port 7421
            """)

    @Option(
        help: ArgumentHelp("The port to listen on; 0 takes any that is free. (default: listen.port of deskbridge.yaml)", valueName: "port"))
    package var port: Int?

    @OptionGroup package var home: HomeOptions

    package init() {}

    package func validate() throws {
        guard port.map((0...65_535).contains) ?? true else { throw ValidationError("--port must be from 0 to 65535.") }
    }

    package func run(on terminal: Terminal) async throws {
        let files = try HomeFiles(home)
        var configuration = try files.configuration()
        if let port { configuration.listen.port = port }
        let logger = LogOutput.logger(configuration.log)
        let handlers = StandardHandlers(
            environment: ProcessInfo.processInfo.environment, home: files.userFolder, hiding: [files.home.state, files.home.run]
        ) { folder in
            logger.warning(
                "a folder of the bridge's own could not be removed yet",
                metadata: ["event": "folder.left", "folder": "\(folder)", "hint": "the next sweep goes on; or remove it by hand"])
        }
        let definitions = try files.definitions(handlers.table)
        if definitions.current.catalog.actions.isEmpty {
            logger.warning(
                "there is no action, so no event is taken",
                metadata: ["event": "definitions.empty", "folder": "\(files.home.actions)", "hint": "\(home.command("init"))"])
        }
        DescriptorLimit.raise()

        let store = try Self.open(files.home)
        do {
            let notifications = ApprovalNotifications()
            let bridge = Bridge(
                configuration: configuration, store: store, definitions: definitions,
                waitSources: [notifications, BusNameWaits(handlers.arrivals)], logger: logger)
            try await bridge.rescue(after: try await handlers.endLeftovers(in: files.home.state))
            try await handlers.keepRoll()
            bridge.audit.note(
                "configure", "done", by: .bridge, subject: "deskbridge.yaml",
                detail: (files.configurationDigest ?? "defaults") + (port.map { " port \($0)" } ?? ""))
            let server = try await BridgeServer(
                bridge: bridge, controlSocket: try Self.controlSocket(files.home), bus: try Self.bus(configuration.bus, handlers)
            ) { report in
                logger.notice(
                    "listening",
                    metadata: [
                        "event": "bridge.listening", "address": "\(report.addresses.joined(separator: ", "))",
                        "port": "\(report.port)", "control": "\(report.controlSocket)", "version": "\(ProgramVersion.text)",
                    ])
            }
            let group = ServiceGroup(
                configuration: .init(
                    services: [server, notifications.service(of: bridge)],
                    gracefulShutdownSignals: [.sigterm, .sigint], logger: logger))
            try await group.run()
            bridge.audit.close()
        } catch {
            await handlers.shutdown()
            try? await store.close()
            throw Self.failure(error, files.home)
        }
        await handlers.shutdown()
        do { try await store.close() } catch { throw Self.failure(error, files.home) }
        logger.notice("stopped", metadata: ["event": "bridge.stopped"])
    }

    private static func open(_ home: BridgeHome) throws(CommandFailure) -> EventStore {
        do { return try EventStore.open(folder: home.state) } catch { throw failure(error, home) }
    }

    private static func bus(_ configuration: BusConfiguration, _ handlers: StandardHandlers) throws -> BusConnection? {
        switch configuration.own {
        case .auto: try handlers.connection(to: BusAddress(configuration.address))
        case .never: nil
        }
    }

    private static func controlSocket(_ home: BridgeHome) throws(CommandFailure) -> String {
        do { return try home.controlSocket() } catch { throw CommandFailure("\(error)", .configuration) }
    }

    private static func failure(_ error: any Error, _ home: BridgeHome) -> CommandFailure {
        switch error {
        case let error as CommandFailure: error
        case let error as StoreError: CommandFailure(error, in: home.state)
        case let error as ProcessRollError: CommandFailure("\(error)", .failed)
        case let error as ListeningError: CommandFailure("\(error)", .configuration)
        default: CommandFailure("The daemon failed: \(error)", .failed)
        }
    }
}
