import DBus
package import DeskbridgeCore
internal import Synchronization

/// Runs `dbus` steps: each bus gets one connection, made when it is first needed and kept.
package final class BusHandler: StepHandler {
    package typealias Step = BusStep

    package static let key = "dbus"
    package static let schema = BusStep.schema.value.described("Calls a D-Bus method, and waits for its answer or for a signal.")

    /// Nil once shut down.
    private let connections = Mutex<[BusAddress: BusConnection]?>([:])
    let descriptions = BusDescriptions()

    package init() {}

    package func parse(_ node: YAMLNode, in scope: TemplateScope) throws(DefinitionError) -> BusStep {
        try BusStep(parsing: node, in: scope)
    }

    package func perform(_ plan: BusPlan, in run: StepRun) async -> StepOutcome {
        var isAbsent = false
        do throws(BusError) {
            if plan.waitsForName {
                isAbsent = try await Self.unsent { () async throws(BusError) in
                    try await owner(of: plan.call.destination, on: plan.bus, timeout: plan.call.timeout) == nil
                }
                // Nothing to call, and nothing that the call could start.
                if isAbsent, !plan.call.startsService { return .waiting(plan.waitForDestination) }
            }
            guard let until = plan.until else {
                let reply = try await connection(to: plan.bus).call(plan.call)
                return succeeded(plan, ["reply": .array(reply.map(\.json))])
            }
            return try await perform(plan, until)
        } catch {
            return await failed(error, plan, isAbsent: isAbsent)
        }
    }

    /// Runs what comes before the call: whatever becomes of that, the call was not sent.
    static func unsent<Value>(_ body: () async throws(BusError) -> Value) async throws(BusError) -> Value {
        do throws(BusError) { return try await body() } catch {
            switch error.kind {
            case .noReply, .disconnected: throw BusError(.notSent, name: error.name, error.message)
            case .invalid, .notSent, .errorReply, .cancelled, .overrun: throw error
            }
        }
    }

    func succeeded(_ plan: BusPlan, _ result: JSONObject) -> StepOutcome {
        .succeeded(result: SecretRedactor.redacted(.object(result), hiding: plan.secrets))
    }

    /// - Parameter isAbsent: whether the destination was not there just before the call.
    func failed(_ error: BusError, _ plan: BusPlan, isAbsent: Bool) async -> StepOutcome {
        if error.kind == .cancelled { return .cancelled }
        if plan.waitsForName, let wait = BusFailure.wait(for: error, of: plan, isAbsent: isAbsent) { return .waiting(wait) }
        let advice = BusFailure.mayComeFromTheAction(error) ? await review(plan) : nil
        return .failed(BusFailure.failure(error, of: plan, advice: advice))
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
