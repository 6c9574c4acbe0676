import DeskbridgeCore
import Testing

struct NearestNameTests {
    @Test(
        arguments: [
            ("stepps", ["on", "steps"], "steps"), ("Name", ["name"], "name"), ("nmae", ["name", "names"], "name"),
            ("timeout", ["timeouts", "time"], "timeouts"),
            ("x", ["y"], nil), ("on", ["no"], nil), ("abcdef", ["uvwxyz"], nil), ("", ["ab"], nil), ("name", [], nil),
            ("no", ["on", "nope"], "nope"), ("slgu", ["slug"], "slug"),
        ] as [(String, [String], String?)])
    func aNameWithinTwoEditsIsFound(_ name: String, candidates: [String], nearest: String?) {
        #expect(NearestName.of(name, in: candidates) == nearest)
    }

    @Test func longNamesCostLittle() {
        #expect(NearestName.of(String(repeating: "a", count: 1_000_000), in: ["abc"]) == nil)
    }
}
