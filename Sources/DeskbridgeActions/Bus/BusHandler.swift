import DBus
package import DeskbridgeCore
internal import Synchronization

/// Runs `dbus` steps: each bus gets one connection, made when it is first needed and kept.
package final class BusHandler: StepHandler {
    package typealias Step = BusStep

    package static let key = "dbus"

    /// Nil once shut down.
    private let connections = Mutex<[BusAddress: BusConnection]?>([:])

    package init() {}

    package func parse(_ node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) -> BusStep {
        try BusStep(parsing: node, in: scope)
    }

    package func perform(_ plan: BusPlan, in run: StepRun) async -> StepOutcome {
        do throws(BusError) {
            let reply = try await connection(to: plan.bus).call(plan.call)
            return .succeeded(result: ["reply": SecretRedactor.redacted(.array(reply.map(\.json)), hiding: plan.secrets)])
        } catch {
            if error.kind == .cancelled { return .cancelled }
            let advice = BusFailure.mayComeFromTheAction(error) ? await review(plan) : nil
            return .failed(BusFailure.failure(error, of: plan, advice: advice))
        }
    }

    /// Ends all connections for good. Calls that wait for a reply fail with an unknown outcome.
    package func shutdown() async {
        let open = connections.withLock { connections in
            defer { connections = nil }
            return connections ?? [:]
        }
        for connection in open.values { await connection.shutdown() }
    }

    func connection(to address: BusAddress) throws(BusError) -> BusConnection {
        let connection: BusConnection? = connections.withLock { connections in
            if let existing = connections?[address] { return existing }
            let new = BusConnection(to: address)
            guard connections != nil else { return nil }
            connections?[address] = new
            return new
        }
        guard let connection else { throw .handlerShutDown }
        return connection
    }
}

extension BusError {
    fileprivate static let handlerShutDown = BusError(.notSent, name: Name.disconnected, "the bridge is shutting down")
}
