import DBus
import DeskbridgeCore
internal import Synchronization

/// Looks for one signal among those that come. Those before the call's reply are kept, as only the reply tells which is the one.
final class AwaitedSignal: Sendable {
    private struct State {
        var reply: [JSONValue]?
        /// What came before the reply and may be the one.
        var candidates: [BusSignal] = []
    }

    /// More that may be the one are not kept.
    private static let mostCandidates = 1024

    private let until: BusUntilPlan
    private let state = Mutex(State())

    init(_ until: BusUntilPlan) { self.until = until }

    /// Takes signals as they come.
    /// - Returns: the arguments of the one; or why there will be none.
    func read(_ signals: BusSubscription) async -> Result<[JSONValue], BusError> {
        var iterator = signals.makeAsyncIterator()
        do throws(BusError) {
            while let signal = try await iterator.next() {
                switch take(signal) {
                case .found: return .success(signal.arguments.map(\.json))
                case .other: continue
                case .tooMany:
                    return .failure(
                        BusError(
                            .overrun, name: BusError.Name.limitsExceeded,
                            "more than \(Self.mostCandidates) such signals came before the reply"))
                }
            }
            return .failure(BusError(.disconnected, name: BusError.Name.disconnected, "the connection to the bus ended"))
        } catch {
            return .failure(error)
        }
    }

    /// Says what the call returned.
    /// - Returns: the arguments of the first signal that was the one, if it has come already.
    func settle(_ reply: [JSONValue]) -> [JSONValue]? {
        state.withLock { state in
            state.reply = reply
            defer { state.candidates = [] }
            return state.candidates.first { until.isMet(by: $0, after: reply) }?.arguments.map(\.json)
        }
    }

    private enum Finding {
        case found, other, tooMany
    }

    private func take(_ signal: BusSignal) -> Finding {
        state.withLock { state in
            if let reply = state.reply { return until.isMet(by: signal, after: reply) ? .found : .other }
            guard until.mayBeMet(by: signal) else { return .other }
            guard state.candidates.count < Self.mostCandidates else { return .tooMany }
            state.candidates.append(signal)
            return .other
        }
    }
}
