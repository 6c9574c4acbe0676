/// A regular expression over whole texts that takes time in proportion to the text, whatever the text is.
///
/// It follows all alternatives at once (Thompson, "Regular Expression Search Algorithm", 1968) and never goes back, because the
/// texts come from the web. What needs going back (references, look-around) is refused. The syntax is that of JSON Schema, which
/// is ECMAScript's with the flag `u`: `.` `[…]` `\d \w \s \p{…}` `( )` `(?: )` `|` `* + ? {n,m}`, `^` first and `$` last.
package struct ParameterPattern: Sendable, Hashable {
    enum Instruction: Sendable, Hashable {
        case take(ParameterPatternClass)
        case split(Int, Int)
        case jump(Int)
        case end
    }

    /// Why a text is no pattern, and at which of its characters, counted from 0 in Unicode scalars.
    struct SyntaxError: Error {
        let offset: Int
        let message: String
    }

    package static let longestSource = 1000
    package static let largestProgram = 2000

    /// The pattern without the anchors around it, which change nothing: it always matches the whole text.
    package let source: String
    private let program: [Instruction]

    /// How many steps a character of a text may take.
    var size: Int { program.count }

    init(_ text: String) throws(SyntaxError) {
        guard text.unicodeScalars.count <= Self.longestSource else {
            throw SyntaxError(offset: 0, message: "the pattern is longer than \(Self.longestSource) characters")
        }
        var parser = ParameterPatternParser(text)
        let node = try parser.pattern()
        guard node.size < Self.largestProgram else {
            throw SyntaxError(offset: 0, message: "the pattern is too large: its counted repetitions multiply")
        }
        source = parser.source
        var program: [Instruction] = []
        node.compile(into: &program)
        program.append(.end)
        self.program = program
    }

    package func matches(_ text: String) -> Bool {
        var states = StateSet(program)
        var next = StateSet(program)
        states.add(0)
        for scalar in text.unicodeScalars {
            next.clear()
            for state in states.members {
                if case .take(let kind) = program[state], kind.contains(scalar) { next.add(state + 1) }
            }
            if next.members.isEmpty { return false }
            swap(&states, &next)
        }
        return states.members.contains(program.count - 1)
    }
}

/// The places of a program that are reached at once; each is entered once, which also ends empty loops.
private struct StateSet {
    private let program: [ParameterPattern.Instruction]
    private(set) var members: [Int] = []
    private var isMember: [Bool]
    private var pending: [Int] = []

    init(_ program: [ParameterPattern.Instruction]) {
        self.program = program
        isMember = Array(repeating: false, count: program.count)
    }

    mutating func clear() {
        isMember.withUnsafeMutableBufferPointer { $0.update(repeating: false) }
        members.removeAll(keepingCapacity: true)
    }

    mutating func add(_ state: Int) {
        pending.append(state)
        while let state = pending.popLast() {
            guard !isMember[state] else { continue }
            isMember[state] = true
            members.append(state)
            switch program[state] {
            case .take, .end: break
            case .jump(let target): pending.append(target)
            case .split(let left, let right):
                pending.append(right)
                pending.append(left)
            }
        }
    }
}

/// A pattern as a tree.
indirect enum ParameterPatternNode {
    case take(ParameterPatternClass)
    case sequence([ParameterPatternNode])
    case choice([ParameterPatternNode])
    case loop(ParameterPatternNode, ClosedRange<Int>)
    case endlessLoop(ParameterPatternNode, from: Int)

    /// How many instructions it becomes, counting empty loops as if they held one, or ``ParameterPattern/largestProgram`` if more.
    var size: Int {
        let size =
            switch self {
            case .take: 1
            case .sequence(let parts): parts.reduce(0) { min($0 + $1.size, ParameterPattern.largestProgram) }
            case .choice(let branches): branches.reduce(0) { min($0 + $1.size + 2, ParameterPattern.largestProgram) }
            case .loop(let body, let counts): Self.size(ofLoop: body.size, counts)
            case .endlessLoop(let body, let from): max(1, body.size) * (from + 1) + 2
            }
        return min(size, ParameterPattern.largestProgram)
    }

    /// The body's size comes as a value: asked for twice in each loop, it would take 2ⁿ steps for n loops in one another.
    private static func size(ofLoop body: Int, _ counts: ClosedRange<Int>) -> Int {
        max(1, body) * counts.lowerBound + (body + 1) * (counts.count - 1)
    }

    func compile(into program: inout [ParameterPattern.Instruction]) {
        switch self {
        case .take(let kind): program.append(.take(kind))
        case .sequence(let parts):
            for part in parts { part.compile(into: &program) }
        case .choice(let branches):
            var exits: [Int] = []
            for branch in branches.dropLast() {
                let split = program.count
                program.append(.end)
                branch.compile(into: &program)
                exits.append(program.count)
                program.append(.end)
                program[split] = .split(split + 1, program.count)
            }
            branches.last?.compile(into: &program)
            for exit in exits { program[exit] = .jump(program.count) }
        case .loop(let body, let counts):
            for _ in 0..<counts.lowerBound { body.compile(into: &program) }
            var splits: [Int] = []
            for _ in counts.dropFirst() {
                splits.append(program.count)
                program.append(.end)
                body.compile(into: &program)
            }
            for split in splits { program[split] = .split(split + 1, program.count) }
        case .endlessLoop(let body, let from):
            for _ in 0..<from { body.compile(into: &program) }
            let split = program.count
            program.append(.end)
            body.compile(into: &program)
            program.append(.jump(split))
            program[split] = .split(split + 1, program.count)
        }
    }
}
