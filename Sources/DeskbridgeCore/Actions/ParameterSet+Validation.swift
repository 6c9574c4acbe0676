extension ParameterSet {
    /// Checks a payload against the declarations.
    ///
    /// - Returns: the members in the order of their declarations, defaults filled in.
    /// - Throws: ``ValidationErrors`` with the rules it breaks, at most 32.
    package func validate(_ payload: JSONValue) throws(ValidationErrors) -> JSONObject {
        var errors = ValidationErrors()
        let checked = check(payload, at: "", &errors)
        guard errors.isEmpty, case .object(let members) = checked else { throw errors }
        return members
    }

    /// The value with defaults filled in; what is wrong with it goes to `errors`.
    func check(_ value: JSONValue, at pointer: String, _ errors: inout ValidationErrors) -> JSONValue {
        guard case .object(let members) = value else {
            errors.add(pointer, "must be an object, not \(value.typePhrase)")
            return value
        }
        var checked = JSONObject(minimumCapacity: parameters.count)
        for (name, parameter) in parameters {
            if let member = members[name] {
                checked[name] = parameter.check(member, at: "\(pointer)/\(Self.token(name))", &errors)
            } else if let value = parameter.defaultValue {
                checked[name] = value
            } else if !parameter.isOptional {
                errors.add("\(pointer)/\(Self.token(name))", "is missing")
            }
        }
        for name in members.keys where parameters[name] == nil {
            guard !errors.isFull else { break }
            let nearest = NearestName.of(name, in: Array(parameters.keys)).map { " (did you mean \"\($0)\"?)" } ?? ""
            errors.add("\(pointer)/\(Self.token(name))", "is not declared\(nearest)")
        }
        return .object(checked)
    }

    /// A name as a part of a JSON pointer; cut after 100 characters, as senders choose it.
    private static func token(_ name: String) -> String {
        JSONPointer.escaped(name.unicodeScalars.count > 100 ? String(name.unicodeScalars.prefix(100)) + "…" : name)
    }
}

extension Parameter {
    /// The value with defaults filled in; what is wrong with it goes to `errors`.
    func check(_ value: JSONValue, at pointer: String, _ errors: inout ValidationErrors) -> JSONValue {
        guard !errors.isFull else { return value }
        let before = errors.errors.count
        let checked = checkRules(value, at: pointer, &errors)
        if errors.errors.count == before, !choices.isEmpty, !choices.contains(where: { $0.hasSameMeaning(as: value) }) {
            let list = choices.prefix(20).map(\.text).joined(separator: ", ")
            errors.add(pointer, "must be one of \(list)\(choices.count > 20 ? ", …" : "")")
        }
        return checked
    }

    private func checkRules(_ value: JSONValue, at pointer: String, _ errors: inout ValidationErrors) -> JSONValue {
        switch (rules, value) {
        case (.string(let rules), .string(let text)): rules.check(text, at: pointer, &errors)
        case (.integer(let rules), .integer), (.number(let rules), .integer), (.number(let rules), .decimal):
            if let number = value.decimalValue { rules.check(number, at: pointer, &errors) }
        case (.boolean, .bool): break
        case (.array(let rules), .array(let elements)): return .array(rules.check(elements, at: pointer, &errors))
        case (.object(let members), .object): return members.check(value, at: pointer, &errors)
        case (.integer, .decimal): errors.add(pointer, "must be an integer of 64 bits")
        default:
            let hint = value == .null && isOptional ? ": leave it out instead" : ""
            errors.add(pointer, "must be \(fieldType.phrase), not \(value.typePhrase)\(hint)")
        }
        return value
    }
}

extension Parameter.StringRules {
    fileprivate func check(_ text: String, at pointer: String, _ errors: inout ValidationErrors) {
        // A scalar takes up to four bytes: a text far too long is refused before it is counted or matched.
        let length =
            text.utf8.count > lengths.upperBound.multipliedReportingOverflow(by: 4).partialValue ? Int.max : text.unicodeScalars.count
        if length > lengths.upperBound {
            errors.add(pointer, "must have at most \(Parameter.count(lengths.upperBound, "character"))")
        } else if length < lengths.lowerBound {
            errors.add(pointer, "must have at least \(Parameter.count(lengths.lowerBound, "character"))")
        } else if text.utf8.contains(0) {
            errors.add(pointer, "must not hold the character NUL")
        } else {
            if let pattern, !pattern.matches(text) { errors.add(pointer, "must match the pattern \(pattern.source)") }
            if let format, !format.accepts(text) { errors.add(pointer, "must be \(format.phrase)") }
        }
    }
}

extension Parameter.NumberRules {
    fileprivate func check(_ number: JSONDecimal, at pointer: String, _ errors: inout ValidationErrors) {
        if let minimum, number < minimum { errors.add(pointer, "must be at least \(minimum.text)") }
        if let maximum, number > maximum { errors.add(pointer, "must be at most \(maximum.text)") }
        if let exclusiveMinimum, number <= exclusiveMinimum { errors.add(pointer, "must be greater than \(exclusiveMinimum.text)") }
        if let exclusiveMaximum, number >= exclusiveMaximum { errors.add(pointer, "must be less than \(exclusiveMaximum.text)") }
        if let multipleOf, !number.isMultiple(of: multipleOf) { errors.add(pointer, "must be a multiple of \(multipleOf.text)") }
    }
}

extension Parameter.ArrayRules {
    fileprivate func check(_ elements: [JSONValue], at pointer: String, _ errors: inout ValidationErrors) -> [JSONValue] {
        if elements.count < counts.lowerBound { errors.add(pointer, "must have at least \(Parameter.count(counts.lowerBound, "element"))") }
        guard elements.count <= counts.upperBound else {
            errors.add(pointer, "must have at most \(Parameter.count(counts.upperBound, "element"))")
            return elements
        }
        var checked: [JSONValue] = []
        var seen: Set<PayloadFingerprint> = []
        for (position, element) in elements.enumerated() {
            guard !errors.isFull else { return elements }
            checked.append(items.check(element, at: "\(pointer)/\(position)", &errors))
            if areUnique, !seen.insert(PayloadFingerprint(of: element)).inserted {
                errors.add("\(pointer)/\(position)", "repeats an earlier element")
            }
        }
        return checked
    }
}

extension Parameter {
    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
}

extension JSONValue {
    /// Whether both say the same, whatever the order of members. Texts are compared by their bytes, not by their normal form.
    func hasSameMeaning(as other: JSONValue) -> Bool { PayloadFingerprint(of: self) == PayloadFingerprint(of: other) }
}
