import DBus
import DeskbridgeCore

extension BusUntilPlan {
    /// What the bus is asked for. Only the call's reply may tell the path, and what else is wanted is looked at here.
    var match: SignalMatch {
        let path: ObjectPath? = if case .known(let path) = path { path } else { nil }
        return SignalMatch(sender: sender, path: path, interface: interface, member: member)
    }

    /// A part of the reply that `until:` names and that the reply does not have, or has as something else.
    struct ReplyMismatch: Error {
        let place: ValuePlace
        let isPath: Bool
    }

    /// Whether a signal is the one, by what the call returned.
    func isMet(by signal: BusSignal, after reply: [JSONValue]) -> Bool {
        guard signal.interface == interface, signal.member == member, signal.types == signature.types else { return false }
        switch path {
        case .known(let path): guard signal.path == path else { return false }
        case .reply(let place): guard place.value(in: reply)?.stringValue == signal.path.text else { return false }
        }
        let arguments = signal.arguments.map(\.json)
        return conditions.allSatisfy { Self.holds($0, of: arguments, after: reply) }
    }

    /// Whether a signal may turn out to be the one, before the call has returned anything.
    func mayBeMet(by signal: BusSignal) -> Bool {
        guard signal.interface == interface, signal.member == member, signal.types == signature.types else { return false }
        if case .known(let path) = path, signal.path != path { return false }
        let arguments = signal.arguments.map(\.json)
        return conditions.allSatisfy { condition in
            let found = condition.place.value(in: arguments)
            return condition.values.contains { value in
                if case .known(let known) = value { known.value == found } else { found != nil }
            }
        }
    }

    /// - Throws: ``ReplyMismatch`` with what the reply lacks: then no signal can be told to be the one.
    func check(_ reply: [JSONValue]) throws(ReplyMismatch) {
        if case .reply(let place) = path, (place.value(in: reply)?.stringValue).flatMap({ try? ObjectPath($0) }) == nil {
            throw ReplyMismatch(place: place, isPath: true)
        }
        for argument in conditions + expectations {
            for case .reply(let place) in argument.values where place.value(in: reply) == nil {
                throw ReplyMismatch(place: place, isPath: false)
            }
        }
    }

    /// The first expectation that a signal does not meet, and what stands there instead.
    func disappointment(_ arguments: [JSONValue], after reply: [JSONValue]) -> (argument: AwaitedArgument<AwaitedValue>, found: JSONValue?)?
    {
        expectations.first { !Self.holds($0, of: arguments, after: reply) }.map { ($0, $0.place.value(in: arguments)) }
    }

    private static func holds(_ argument: AwaitedArgument<AwaitedValue>, of arguments: [JSONValue], after reply: [JSONValue]) -> Bool {
        guard let found = argument.place.value(in: arguments) else { return false }
        return argument.values.contains { $0.resolved(reply) == found }
    }
}

extension BusSignal {
    fileprivate var types: [BusType] { arguments.map(\.type) }
}
