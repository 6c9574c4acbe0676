import DBus
import DeskbridgeCore

extension BusHandler {
    /// Calls, then waits for the signal that ends the step. The bus knows what is wanted before the call is sent, so none is missed.
    func perform(_ plan: BusPlan, _ until: BusUntilPlan) async throws(BusError) -> StepOutcome {
        let connection = try connection(to: plan.bus)
        let signals = try await Self.unsent { () async throws(BusError) in
            try await connection.subscribe(to: until.match, timeout: plan.call.timeout)
        }
        let awaited = AwaitedSignal(until)
        let outcome: Result<StepOutcome, BusError> = await withTaskGroup(of: Part.self) { group in
            group.addTask { .signals(await awaited.read(signals)) }
            group.addTask {
                do throws(BusError) { return .answered(.success(try await connection.call(plan.call).map(\.json))) } catch {
                    return .answered(.failure(error))
                }
            }
            defer { group.cancelAll() }
            var reply: [JSONValue]?
            var end: BusError?
            for await part in group {
                switch part {
                case .answered(.failure(let error)): return .failure(error)
                case .answered(.success(let values)):
                    reply = values
                    do throws(BusUntilPlan.ReplyMismatch) { try until.check(values) } catch {
                        let what = error.isPath ? "no object path" : "nothing"
                        return .success(
                            .failed(
                                BusFailure.afterReply("dbus_error", "its reply has \(what) at \(error.place), which until: names", of: plan)
                            ))
                    }
                    if let signal = awaited.settle(values) { return .success(ended(plan, until, values, signal)) }
                    if let end { return .success(.failed(Self.lost(end, until, of: plan))) }
                    group.addTask {
                        do { try await Task.sleep(for: until.timeout, clock: .suspending) } catch { return .cancelled }
                        return .timedOut
                    }
                case .signals(.success(let signal)):
                    // A signal is told to be the one only once there is a reply.
                    if let reply { return .success(ended(plan, until, reply, signal)) }
                case .signals(.failure(let error)):
                    // Before the reply this is for the call to tell.
                    end = error
                    if error.kind == .cancelled { return .success(.cancelled) }
                    if reply != nil { return .success(.failed(Self.lost(error, until, of: plan))) }
                case .timedOut:
                    let text = "\(until.interface).\(until.member) did not come within \(Units.text(until.timeout))"
                    return .success(.failed(BusFailure.afterReply("dbus_timeout", text, of: plan)))
                case .cancelled: return .success(.cancelled)
                }
            }
            return .success(.cancelled)
        }
        return try outcome.get()
    }

    private enum Part: Sendable {
        case answered(Result<[JSONValue], BusError>)
        case signals(Result<[JSONValue], BusError>)
        case timedOut
        case cancelled
    }

    private func ended(_ plan: BusPlan, _ until: BusUntilPlan, _ reply: [JSONValue], _ signal: [JSONValue]) -> StepOutcome {
        if let (argument, found) = until.disappointment(signal, after: reply) {
            return .failed(BusFailure.disappointed(argument, found: found, until, of: plan))
        }
        return succeeded(plan, ["reply": .array(reply), "signal": .array(signal)])
    }

    private static func lost(_ error: BusError, _ until: BusUntilPlan, of plan: BusPlan) -> Failure {
        let code = error.kind == .overrun ? "dbus_overrun" : "dbus_disconnected"
        return BusFailure.afterReply(code, "\(until.interface).\(until.member) can be waited for no longer: \(error)", of: plan)
    }
}
