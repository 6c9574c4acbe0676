import DeskbridgeCore

/// A value that `until:` asks for, as its action file writes it.
enum AwaitedTemplate: Sendable {
    case value(ValueTemplate)
    /// `{reply.0}`: a part of what the call returns.
    case reply(ValuePlace)

    func plan(_ fields: FieldValues) throws(PlanError) -> AwaitedValue {
        switch self {
        case .value(let template): .known(try template.render(fields))
        case .reply(let place): .reply(place)
        }
    }

    var namesSecret: Bool {
        if case .value(let template) = self { template.namesSecret } else { false }
    }
}

/// A value that `until:` asks for, once the step is planned.
enum AwaitedValue: Sendable, Hashable {
    case known(RenderedValue)
    case reply(ValuePlace)

    /// Nil for a part of a reply that is not there.
    func resolved(_ reply: [JSONValue]) -> JSONValue? {
        switch self {
        case .known(let value): value.value
        case .reply(let place): place.value(in: reply)
        }
    }

    var shown: JSONValue {
        switch self {
        case .known(let value): value.shown
        case .reply(let place): .string("{reply.\(place)}")
        }
    }
}

/// What one argument of a signal has to be: one of these values.
struct AwaitedArgument<Value: Sendable>: Sendable {
    let place: ValuePlace
    let values: [Value]
}

extension AwaitedArgument: Equatable where Value: Equatable {}
