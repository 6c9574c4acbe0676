import DeskbridgeCore
import Testing

struct YAMLNodeTests {
    private func node(_ text: String) throws -> YAMLNode { try YAMLParser.parse(text, file: "f") }

    private func mistake(_ text: String, _ read: (YAMLNode) throws(DefinitionError) -> Void) throws -> String? {
        do throws(DefinitionError) {
            try read(try YAMLParser.parse(text, file: "f"))
            return nil
        } catch { return error.description }
    }

    @Test func valuesOfTheRightKindAreRead() throws {
        #expect(try node("a").string("x") == "a")
        #expect(try node("true").boolean("x"))
        #expect(try node("5").integer("x", in: 1...5) == 5)
        #expect(try node("5.0").integer("x", in: 1...5) == 5)
        #expect(try node("[a, b]").strings("x") == ["a", "b"])
        #expect(try node("30s").duration("x") == .seconds(30))
        #expect(try node("64KiB").size("x") == 65_536)
        #expect(try node("60/10s").rate("x") == Rate(count: 60, window: .seconds(10)))
    }

    @Test func otherKindsAreNamedInTheRefusal() throws {
        #expect(
            try mistake("1") { n throws(DefinitionError) in _ = try n.string("the name") }
                == "f:1:1: the name must be a string, not an integer")
        #expect(
            try mistake("~") { n throws(DefinitionError) in _ = try n.string("the name") }
                == "f:1:1: the name must be a string, not nothing")
        #expect(
            try mistake("yes") { n throws(DefinitionError) in _ = try n.boolean("it") } == "f:1:1: it must be true or false, not a string")
        #expect(
            try mistake("1.5") { n throws(DefinitionError) in _ = try n.integer("it", in: 1...5) }
                == "f:1:1: it must be an integer, not a number")
        #expect(
            try mistake("6") { n throws(DefinitionError) in _ = try n.integer("it", in: 1...5) } == "f:1:1: it must be from 1 to 5, not 6")
        #expect(try mistake("a") { n throws(DefinitionError) in _ = try n.sequence("it") } == "f:1:1: it must be a list, not a string")
        #expect(
            try mistake("[a, 1]") { n throws(DefinitionError) in _ = try n.strings("it") }
                == "f:1:5: each entry of it must be a string, not an integer")
        #expect(
            try mistake("[a]") { n throws(DefinitionError) in _ = try n.openMapping("it") } == "f:1:1: it must be a mapping, not a list")
        #expect(
            try mistake("5") { n throws(DefinitionError) in _ = try n.duration("it") }
                == "f:1:1: it must be a duration such as 250ms, 30s, 5m, 12h or 30d, not 5")
    }

    @Test func unknownAndMissingKeysAreNamed() throws {
        let unknown = try mistake("stepps: 1") { n throws(DefinitionError) in _ = try n.mapping("an action", keys: ["on", "steps"]) }
        #expect(unknown == "f:1:1: an action has no key \"stepps\". Did you mean \"steps\"? Its keys are on, steps.")
        let missing = try mistake("on: 1") { n throws(DefinitionError) in
            _ = try n.mapping("an action", keys: ["on", "steps"]).required("steps")
        }
        #expect(missing == "f:1:1: an action needs the key \"steps\"")
    }
}
