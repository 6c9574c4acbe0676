/// Reads a closed mapping key by key and keeps every mistake, so that one load tells all of them.
///
/// The keys it has been asked for are the ones the mapping may have.
struct MappingReader {
    private let subject: String
    private let prefix: String
    private let location: SourceLocation?
    private let members: [YAMLNode.Member]
    private var keys: [String] = []
    private var errors: [DefinitionError] = []

    /// - Parameters:
    ///   - node: Nil, or a node that holds nothing, is a mapping without keys.
    ///   - subject: what messages call the mapping.
    ///   - prefix: what stands before the keys' names in messages; by default the subject and a dot.
    init(_ node: YAMLNode?, _ subject: String, prefix: String? = nil) {
        self.subject = subject
        self.prefix = prefix ?? subject + "."
        location = node?.location
        do throws(DefinitionError) {
            if let node, !node.isNothing { members = try node.openMapping(subject).members } else { members = [] }
        } catch {
            members = []
            errors = [error]
        }
    }

    func name(_ key: String) -> String { prefix + key }

    /// The key's node, if the key is there.
    mutating func node(_ key: String) -> YAMLNode? {
        if !keys.contains(key) { keys.append(key) }
        return members.first { $0.name == key }?.value
    }

    /// Sets `value` if the key is there and its node can be read.
    mutating func read<Value>(
        _ key: String, into value: inout Value, _ parse: (YAMLNode, String) throws(DefinitionError) -> Value
    ) {
        guard let node = node(key) else { return }
        do throws(DefinitionError) { value = try parse(node, name(key)) } catch { errors.append(error) }
    }

    /// The entries of a list of strings that can be read; none if the key is not there or holds nothing.
    mutating func entries<Value>(_ key: String, _ read: (String) throws(Flaw) -> Value) -> [Value] {
        guard let node = node(key), !node.isNothing else { return [] }
        return node.entries(of: name(key), into: &errors, read)
    }

    /// The entries of a list that must be there and hold something.
    /// - Parameter advice: what to write, for one who left it out.
    mutating func requiredEntries<Value>(_ key: String, advice: String, _ read: (String) throws(Flaw) -> Value) -> [Value] {
        guard let node = node(key) else {
            addMistake("\(subject) needs the key \"\(key)\": \(advice)")
            return []
        }
        if node.isNothing || node.isEmptyList {
            errors.append(node.error("\(name(key)) is empty: \(advice)"))
            return []
        }
        return node.entries(of: name(key), into: &errors, read)
    }

    /// Whether nothing was wrong so far, keys that were not asked for aside.
    var hasNoMistake: Bool { errors.isEmpty }

    /// Adds a mistake that belongs to the mapping as a whole.
    mutating func addMistake(_ message: String) {
        if let location { errors.append(DefinitionError(location, message)) }
    }

    /// All mistakes, with those of keys that were not asked for.
    mutating func finish() -> [DefinitionError] {
        for member in members where !keys.contains(member.name) {
            let nearest = NearestName.question(member.name, in: keys)
            errors.append(
                DefinitionError(
                    member.nameLocation,
                    "\(subject) has no key \"\(member.name)\".\(nearest) Its keys are \(keys.joined(separator: ", "))."))
        }
        return errors
    }
}

extension YAMLNode {
    /// Whether a key stands here without a value.
    var isNothing: Bool {
        if case .scalar(.null, _) = content { true } else { false }
    }

    var isEmptyList: Bool {
        if case .sequence(let elements) = content { elements.isEmpty } else { false }
    }
}

extension DefinitionErrors {
    /// The mistakes of one file in the order of its lines.
    init(ofOneFile errors: [DefinitionError]) {
        self.init(errors.sorted { ($0.location.line, $0.location.column) < ($1.location.line, $1.location.column) })
    }
}
