import DBus
import DeskbridgeEngine
import Logging
import ServiceLifecycle

/// The bridge's entrance for programs on the message bus. Whatever becomes of the bus, the bridge goes on.
struct BusEntrance: Service {
    private let bridge: Bridge
    private let connection: BusConnection
    private let board: BusNameBoard
    private let audience: BusAudience
    private let methods: BusMethods

    init(bridge: Bridge, connection: BusConnection, rates: ClientRates, board: BusNameBoard) {
        self.bridge = bridge
        self.connection = connection
        self.board = board
        audience = BusAudience(bridge: bridge, connection: connection)
        methods = BusMethods(bridge: bridge, callers: BusCallers(connection: connection), rates: rates, audience: audience)
    }

    func run() async throws {
        let endFeed = bridge.feed.listen { [audience] in audience.hear($0) }
        defer { endFeed() }
        await cancelWhenGracefulShutdown {
            // There before the name, so that nobody finds the name without the object.
            let calls = connection.serve(object)
            await withDiscardingTaskGroup { group in
                group.addTask { await own() }
                group.addTask { await attend() }
                do throws(BusError) {
                    for try await call in calls { group.addTask { [methods] in await methods.answer(call) } }
                } catch {
                    if error.kind != .cancelled { log(.error, "bus.ended", "no more calls come from the bus", ["error": "\(error)"]) }
                }
            }
        }
        // A service that returns of itself would stop the bridge.
        try? await gracefulShutdown()
    }

    private var object: BusObject {
        // The most that the arguments of a call can be, beside which there are only a type and a key.
        let largest = bridge.configuration.limits.body + 64 << 10
        return BusObject(
            at: BusInterface.path, interfaces: BusInterface.description, callsInWork: 1024, callsInWorkPerSender: 256,
            largestArguments: largest)
    }

    private func own() async {
        do throws(BusError) {
            try await connection.own(BusInterface.name) { holding in
                board.note(holding)
                tell(holding)
            }
        } catch {
            if error.kind != .cancelled { log(.warning, "bus.unowned", "the bus cannot be watched", ["error": "\(error)"]) }
        }
    }

    private func tell(_ holding: NameHolding) {
        switch holding {
        case .held: log(.notice, "bus.owned", "on the bus", [:])
        case .busAway: log(.notice, "bus.away", "the bus cannot be reached; the name is taken when it is there", [:])
        case .taken(let owner): log(.warning, "bus.taken", "somebody else has the name; it is taken when it is free", ["owner": "\(owner)"])
        case .refused(let error): log(.warning, "bus.refused", "the bus does not give us the name", ["error": "\(error)"])
        }
    }

    private func log(_ level: Logger.Level, _ event: String, _ message: Logger.Message, _ more: Logger.Metadata) {
        let metadata: Logger.Metadata = ["event": "\(event)", "name": "\(BusInterface.name)", "bus": "\(connection.address)"]
        bridge.logger.log(level: level, message, metadata: metadata.merging(more) { first, _ in first })
    }

    /// Lets those go who leave the bus, or whom the bus leaves.
    private func attend() async {
        await withDiscardingTaskGroup { group in
            for await name in audience.newcomers {
                group.addTask {
                    defer { audience.remove(name) }
                    do throws(BusError) {
                        for try await owner in connection.watch(name) { guard case .owned = owner else { return } }
                    } catch {}
                }
            }
        }
    }
}
