/// What an action asks of one value of its events.
package struct Parameter: Sendable, Hashable {
    package indirect enum Rules: Sendable, Hashable {
        case string(StringRules)
        /// Of 64 bits.
        case integer(NumberRules)
        case number(NumberRules)
        case boolean
        case array(ArrayRules)
        /// Closed: a member that is not declared is refused.
        case object(ParameterSet)
    }

    /// Lengths count Unicode scalars, as JSON Schema does.
    package struct StringRules: Sendable, Hashable {
        package static let usualLongest = 4096

        package var lengths: ClosedRange<Int> = 0...usualLongest
        package var pattern: ParameterPattern?
        package var format: ParameterFormat?
    }

    package struct NumberRules: Sendable, Hashable {
        package var minimum: JSONDecimal?
        package var maximum: JSONDecimal?
        package var exclusiveMinimum: JSONDecimal?
        package var exclusiveMaximum: JSONDecimal?
        package var multipleOf: JSONDecimal?
    }

    package struct ArrayRules: Sendable, Hashable {
        package var items: Parameter
        package var counts: ClosedRange<Int> = 0...Int.max
        package var areUnique = false
    }

    package let rules: Rules
    package var title: String?
    package var description: String?
    package var examples: [JSONValue] = []
    /// The only values there may be; empty if all are.
    package var choices: [JSONValue] = []
    package var defaultValue: JSONValue?
    /// Whether it may be absent with nothing in its place.
    package var isOptional = false
    /// Whether its values must never be shown.
    package var isSecret = false

    init(_ rules: Rules) { self.rules = rules }
}

extension Parameter {
    package var fieldType: FieldType {
        switch rules {
        case .string: .string
        case .integer: .integer
        case .number: .number
        case .boolean: .boolean
        case .array(let rules): .array(of: rules.items.fieldType)
        case .object(let members): .object(members: members.scope)
        }
    }

    package var declaration: FieldDeclaration {
        FieldDeclaration(fieldType, isOptional: isOptional, isSecret: isSecret || holdsSecretItems)
    }

    /// Elements have no declarations of their own, so that their secrecy is their array's.
    private var holdsSecretItems: Bool {
        if case .array(let rules) = rules { rules.items.isSecret || rules.items.holdsSecretItems } else { false }
    }

    /// Whether it or something in it is secret.
    package var holdsSecret: Bool {
        if isSecret { return true }
        return switch rules {
        case .string, .integer, .number, .boolean: false
        case .array(let rules): rules.items.holdsSecret
        case .object(let members): members.parameters.values.contains(where: \.holdsSecret)
        }
    }

    /// The value with each secret replaced by `<secret>`. Of a value that isn't of the declared type nothing is shown if there are
    /// secrets in that type.
    package func redacted(_ value: JSONValue) -> JSONValue {
        guard holdsSecret else { return value }
        return switch (rules, value) {
        case _ where isSecret: .string(RenderedText.hidden)
        case (.array(let rules), .array(let elements)): .array(elements.map(rules.items.redacted))
        case (.object(let members), .object): members.redacted(value)
        default: .string(RenderedText.hidden)
        }
    }
}
