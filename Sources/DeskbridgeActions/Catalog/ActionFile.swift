package import DeskbridgeCore

/// Reads one action file.
package struct ActionFile {
    private static let keys = [
        "action", "on", "confirm", "description", "parameters", "steps", "result", "retry", "concurrency", "expires",
    ]
    static let mostSteps = 64
    static let limits = 1...1000

    private let handlers: HandlerTable
    private var errors = DefinitionErrors()

    private init(handlers: HandlerTable) { self.handlers = handlers }

    /// - Throws: ``DefinitionErrors`` with every mistake that can be told apart from the others.
    package static func parse(_ node: YAMLNode, handlers: HandlerTable) throws(DefinitionErrors) -> Action {
        var file = ActionFile(handlers: handlers)
        let action = file.action(node)
        guard let action, file.errors.isEmpty else { throw file.errors }
        return action
    }

    private mutating func action(_ node: YAMLNode) -> Action? {
        guard
            let mapping = errors.collect({ () throws(DefinitionError) in
                try node.mapping("an action", keys: Self.keys)
            })
        else { return nil }

        let name = errors.collect { () throws(DefinitionError) in try Self.name(mapping.required("action"), "action") }
        let type = errors.collect { () throws(DefinitionError) in try Self.eventType(mapping.required("on"), "on") }
        let confirm = errors.collect { () throws(DefinitionError) in
            try Self.confirmation(mapping.required("confirm"), of: type)
        }
        let description = errors.collect { () throws(DefinitionError) in try mapping["description"]?.string("description") }
        let retry = retry(mapping["retry"])
        let expires = errors.collect { () throws(DefinitionError) in try mapping["expires"]?.duration("expires") }

        guard let parameters = parameters(mapping["parameters"]) else { return nil }
        var scope = Self.scope(of: parameters)
        let eventScope = scope
        guard let steps = steps(mapping, &scope) else { return nil }
        let result = errors.collect { () throws(DefinitionError) in try Self.result(mapping["result"], in: scope) }
        let concurrency = errors.collect { () throws(DefinitionError) in
            try Self.concurrency(mapping["concurrency"], in: eventScope)
        }
        guard let name, let type, let confirm, let description, let retry, let expires, let result, let concurrency
        else { return nil }
        return Action(
            name: name, type: type, confirm: confirm, description: description, parameters: parameters, steps: steps,
            result: result, retry: retry, concurrency: concurrency, expires: expires, location: node.location)
    }

    private static func name(_ node: YAMLNode, _ what: String) throws(DefinitionError) -> String {
        let name = try node.string(what)
        guard name.utf8.count <= 64, name.wholeMatch(of: /[a-z][a-z0-9_-]*/) != nil else {
            throw node.error("\(what) must be a word of small letters, digits, - and _, at most 64 long, not \"\(name)\"")
        }
        return name
    }

    private static func eventType(_ node: YAMLNode, _ what: String) throws(DefinitionError) -> EventType {
        let text = try node.string(what)
        guard let type = EventType(text) else {
            throw node.error(
                "\(what) must be an event type of capital letters, digits and _, such as CREATE_RESOURCE, not \"\(text)\"")
        }
        return type
    }

    private static func confirmation(_ node: YAMLNode, of type: EventType?) throws(DefinitionError) -> EventType {
        let confirmation = try eventType(node, "confirm")
        guard confirmation.text != type.map({ "\($0.text)_FAILED" }) else {
            throw node.error(
                "confirm must not be \(confirmation.text), which tells of a failure: name the success, such as RESOURCE_CREATED")
        }
        return confirmation
    }

    private mutating func parameters(_ node: YAMLNode?) -> ParameterSet? {
        do { return try ParameterSet(parsing: node) } catch {
            errors.add(error)
            return nil
        }
    }

    private mutating func retry(_ node: YAMLNode?) -> RetryPolicy? {
        guard let node else { return .standard }
        do { return try RetryPolicy(parsing: node) } catch {
            errors.add(error)
            return nil
        }
    }

    private static func scope(of parameters: ParameterSet) -> TemplateScope {
        var scope = TemplateScope(parameters.scope)
        scope.declare("date", FieldDeclaration(.timestamp))
        scope.declare(
            "event",
            FieldDeclaration(
                .object(
                    members: Dictionary(
                        uniqueKeysWithValues: EventFields.names.map { ($0, FieldDeclaration(.string)) }))))
        return scope
    }

    private mutating func steps(_ mapping: YAMLMapping, _ scope: inout TemplateScope) -> [ActionStep]? {
        guard
            let nodes = errors.collect({ () throws(DefinitionError) in
                let node = try mapping.required("steps")
                let nodes = try node.sequence("steps")
                guard (1...Self.mostSteps).contains(nodes.count) else {
                    throw node.error("steps must hold from 1 to \(Self.mostSteps) steps, not \(nodes.count)")
                }
                return nodes
            })
        else { return nil }

        var steps: [ActionStep] = []
        var results: [String: FieldDeclaration] = [:]
        for node in nodes {
            let (stepScope, handlers) = (scope, handlers)
            guard
                let step = errors.collect({ () throws(DefinitionError) in
                    try Self.step(node, handlers: handlers, earlier: Set(results.keys), in: stepScope)
                })
            else {
                Self.assume(node, &results, &scope)
                continue
            }
            results[step.id] = FieldDeclaration(step.bound.resultType, isOptional: step.isOptional)
            if scope["steps"]?.type != .any { scope.declare("steps", FieldDeclaration(.object(members: results))) }
            steps.append(step)
        }
        return steps.count == nodes.count ? steps : nil
    }

    /// A step with a mistake may have any result: what names it is no second mistake. Without an id it may be any step.
    private static func assume(_ node: YAMLNode, _ results: inout [String: FieldDeclaration], _ scope: inout TemplateScope) {
        guard case .mapping(let members) = node.content, let idNode = members.first(where: { $0.name == "id" })?.value,
            let id = try? name(idNode, "id")
        else { return scope.declare("steps", FieldDeclaration(.any)) }
        if results[id] == nil { results[id] = FieldDeclaration(.any) }
        if scope["steps"]?.type != .any { scope.declare("steps", FieldDeclaration(.object(members: results))) }
    }

    private static func step(
        _ node: YAMLNode, handlers: HandlerTable, earlier: Set<String>, in scope: TemplateScope
    ) throws(DefinitionError) -> ActionStep {
        let kinds = handlers.keys
        let mapping = try node.mapping("a step", keys: ["id"] + kinds + ["safeToRepeat", "optional"])
        let idNode = try mapping.required("id")
        let id = try name(idNode, "id")
        guard !earlier.contains(id) else { throw idNode.error("another step has the id \"\(id)\" already") }
        let present = mapping.members.filter { kinds.contains($0.name) }
        guard let kind = present.first, present.count == 1 else {
            throw node.error(
                "the step \"\(id)\" needs exactly one of \(kinds.joined(separator: ", ")), and has \(present.count)")
        }
        guard let bound = try handlers.bind(kind.name, kind.value, in: scope) else {
            throw DefinitionError(kind.nameLocation, "there is no kind of step called \"\(kind.name)\"")
        }
        let safeToRepeat = try mapping["safeToRepeat"]?.boolean("safeToRepeat")
        return ActionStep(
            id: id, kind: kind.name,
            isOptional: try mapping["optional"]?.boolean("optional") ?? false,
            isSafeToRepeat: bound.isAlwaysSafeToRepeat || safeToRepeat == true,
            bound: bound)
    }

    private static func result(_ node: YAMLNode?, in scope: TemplateScope) throws(DefinitionError) -> ValueTemplate? {
        guard let node else { return nil }
        guard case .mapping = node.content else { throw node.error("result must be a mapping, not \(node.kind)") }
        let result = try ValueTemplate(parsing: node, in: scope)
        guard !result.namesSecret else {
            throw node.error("result names a secret parameter, which must not go back to the web page")
        }
        return result
    }

    private static func concurrency(_ node: YAMLNode?, in scope: TemplateScope) throws(DefinitionError) -> ConcurrencyLimit? {
        guard let node else { return nil }
        let mapping = try node.mapping("concurrency", keys: Self.concurrency.names)
        let limit = try mapping.required("limit").integer("limit", in: limits)
        guard let keyNode = mapping["key"] else { return ConcurrencyLimit(limit: limit, key: nil) }
        let key = try Template(parsing: keyNode, "key", in: scope)
        guard !key.namesSecret else {
            throw keyNode.error("key names a secret parameter, which must not be shown in the queue")
        }
        return ConcurrencyLimit(limit: limit, key: key)
    }
}
